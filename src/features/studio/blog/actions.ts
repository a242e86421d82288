"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { action } from "@/access/door";
import { AppError } from "@/lib/errors";
import { exportSchema } from "../documents/schema";
import { readDraft } from "../drafts/changes";
import { askDraftSchema, draftIdSchema } from "../drafts/schema";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";
import * as changes from "./changes";
import { createPostSchema, postIdSchema, savePostSchema } from "./schema";

/** Makes a post and opens it. */
export const createPost = action(
  { can: ["create", "BlogPost"], rate: "write", impersonated: "write" },
  createPostSchema,
  async (about, entry) => {
    const { id } = await changes.createPost(entry, about);
    redirect(`/studio/blog/${id}`);
  },
);

/** Saves a post as it was typed, unless it was changed since it was read. */
export const savePost = action(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  savePostSchema,
  async ({ id, ...written }, entry) => {
    const { updatedAt, isRenamed } = await changes.updatePost(entry, id, written);
    // Else the text that was just sent would be sent back at each pause in writing.
    if (isRenamed) revalidatePath(`/studio/blog/${id}`);
    return { updatedAt: updatedAt.toISOString() };
  },
);

/** Deletes a post with everything that was made of it. */
export const deletePost = action(
  { can: ["delete", "BlogPost"], rate: "write", impersonated: "write" },
  postIdSchema,
  async ({ id }, entry) => {
    await changes.deletePost(entry, id);
    revalidatePath("/studio/blog");
  },
);

/** Has a document made of the post. */
export const exportPost = action(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  exportSchema,
  async ({ id, format }, entry) => {
    const job = await changes.exportPost(entry, id, format);
    revalidatePath(`/studio/blog/${id}`);
    return { jobId: job.id };
  },
);

/** Has a model draft a text from a few words. */
export const draftPost = action(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  askDraftSchema,
  async ({ id, prompt }, entry) => {
    const job = await changes.draftPost(entry, id, prompt);
    revalidatePath(`/studio/blog/${id}`);
    return { jobId: job.id };
  },
);

/** What a draft says, for the editor: its author's own words may stand there unsaved, so that it is added there and saved with them. */
export const takeDraft = action(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  draftIdSchema,
  async ({ id }, entry) => {
    const { blogPostId, text } = await readDraft(entry, id);
    if (!blogPostId) throw new AppError("not_found");
    return { text };
  },
);

/** Shares one's post and its exports with an organisation of one's own; an empty id takes it back. */
export const sharePost = action(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "BlogPost", id, organizationId),
);
