"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { action } from "@/access/door";
import { AppError } from "@/lib/errors";
import { exportSchema } from "../documents/schema";
import { readDraft } from "../drafts/changes";
import { chapterOf } from "../drafts/chapter";
import { askDraftSchema, draftIdSchema } from "../drafts/schema";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";
import * as changes from "./changes";
import * as chapters from "./chapters";
import {
  addChapterSchema,
  bookIdSchema,
  chapterIdSchema,
  createBookSchema,
  moveChapterSchema,
  saveChapterSchema,
  updateBookSchema,
} from "./schema";

/** Makes a book and opens it. */
export const createBook = action(
  { can: ["create", "Book"], rate: "write", impersonated: "write" },
  createBookSchema,
  async (about, entry) => {
    const { id } = await changes.createBook(entry, about);
    redirect(`/studio/books/${id}`);
  },
);

/** Another title, description or language. */
export const updateBook = action(
  { can: ["update", "Book"], rate: "write", impersonated: "write" },
  updateBookSchema,
  async ({ id, ...about }, entry) => {
    await changes.updateBook(entry, id, about);
    revalidatePath(`/studio/books/${id}`);
  },
);

/** Deletes a book with everything that was made of it. */
export const deleteBook = action({ can: ["delete", "Book"], rate: "write", impersonated: "write" }, bookIdSchema, async ({ id }, entry) => {
  await changes.deleteBook(entry, id);
  revalidatePath("/studio/books");
});

/** Has a document made of the book. */
export const exportBook = action(
  { can: ["update", "Book"], rate: "write", impersonated: "write" },
  exportSchema,
  async ({ id, format }, entry) => {
    const job = await changes.exportBook(entry, id, format);
    revalidatePath(`/studio/books/${id}`);
    return { jobId: job.id };
  },
);

/** Has a model draft a chapter from a few words. */
export const draftChapter = action(
  { can: ["update", "Book"], rate: "write", impersonated: "write" },
  askDraftSchema,
  async ({ id, prompt }, entry) => {
    const job = await changes.draftChapter(entry, id, prompt);
    revalidatePath(`/studio/books/${id}`);
    return { jobId: job.id };
  },
);

/** Makes a new chapter of a draft, at the end of its book; the draft stays. */
export const addDraft = action(
  { can: ["create", "Chapter"], rate: "write", impersonated: "write" },
  draftIdSchema,
  async ({ id }, entry) => {
    const { bookId, text, prompt } = await readDraft(entry, id);
    if (!bookId) throw new AppError("not_found");
    const written = chapterOf(text, prompt);
    const chapter = await chapters.addChapter(entry, { bookId, ...written });
    revalidatePath(`/studio/books/${bookId}`);
    return { bookId, chapterId: chapter.id, title: written.title };
  },
);

/** Adds a chapter and opens it. */
export const addChapter = action(
  { can: ["create", "Chapter"], rate: "write", impersonated: "write" },
  addChapterSchema,
  async (written, entry) => {
    const { id } = await chapters.addChapter(entry, written);
    redirect(`/studio/books/${written.bookId}?chapter=${id}`);
  },
);

/** Saves a chapter as it was typed, unless it was changed since it was read. */
export const saveChapter = action(
  { can: ["update", "Chapter"], rate: "write", impersonated: "write" },
  saveChapterSchema,
  async ({ id, ...written }, entry) => {
    const { bookId, updatedAt, isRenamed } = await chapters.changeChapter(entry, id, written);
    // Else the text that was just sent would be sent back at each pause in writing.
    if (isRenamed) revalidatePath(`/studio/books/${bookId}`);
    return { updatedAt: updatedAt.toISOString() };
  },
);

/** Gives a chapter another place in its book. */
export const moveChapter = action(
  { can: ["update", "Chapter"], rate: "write", impersonated: "write" },
  moveChapterSchema,
  async ({ id, position }, entry) => {
    const { bookId } = await chapters.changeChapter(entry, id, { position });
    revalidatePath(`/studio/books/${bookId}`);
  },
);

/** Deletes a chapter. */
export const deleteChapter = action(
  { can: ["delete", "Chapter"], rate: "write", impersonated: "write" },
  chapterIdSchema,
  async ({ id }, entry) => {
    const { bookId } = await chapters.deleteChapter(entry, id);
    revalidatePath(`/studio/books/${bookId}`);
    return { bookId };
  },
);

/** Shares one's book, its chapters and its exports with an organisation of one's own; an empty id takes it back. */
export const shareBook = action(
  { can: ["update", "Book"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "Book", id, organizationId),
);
