import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { changeText, changeWithRoom } from "@/access/room";
import { type Action, accessibleBy } from "@/access/rules";
import type { DocumentFormat, Transaction } from "@/lib/db";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { giveBackPlacesOf, lockJobsOf, placeOf, startExport } from "../documents/export";
import { isSentAgain } from "../documents/save";
import { placeOfDraft, startDraft } from "../drafts/start";
import { roomOf } from "../jobs/start";
import { MAX_BOOKS } from "./schema";

interface About {
  title: string;
  description: string;
  language: string;
}

/** A new book of one's own, without chapters; "conflict" with the reason too_many_books. */
export async function createBook(entry: Entry, about: About): Promise<{ id: string }> {
  const { userId: authorId } = entry.actor;
  return changeText(entry, async (tx, record) => {
    ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("Book", { authorId }));
    if ((await tx.book.count({ where: { authorId } })) >= MAX_BOOKS)
      throw new AppError("conflict", "too_many_books", { params: { max: MAX_BOOKS } });
    const book = await tx.book.create({ data: { ...about, authorId }, select: { id: true } });
    await record({ action: "book.created", subjectType: "Book", subjectId: book.id });
    return book;
  });
}

/** Another title, description or language; "conflict" where somebody changed them after `updatedAt`, unless all of them to the same. */
export async function updateBook(
  entry: Entry,
  id: string,
  { updatedAt, ...about }: Partial<About> & { updatedAt?: Date | undefined },
): Promise<void> {
  await change(entry, async (tx, record) => {
    await lockBook(tx, entry, "update", id);
    await isSentAgain(tx.book.updateMany({ where: { id, ...(updatedAt && { updatedAt }) }, data: about }), about, () =>
      tx.book.findUnique({ where: { id }, select: { title: true, description: true, language: true } }),
    );
    await record({ action: "book.changed", subjectType: "Book", subjectId: id });
  });
}

/** The book, its chapters and its documents; what still makes one of it is not waited for. */
export async function deleteBook(entry: Entry, id: string): Promise<void> {
  await change(entry, async (tx, record) => {
    await lockJobsOf(tx, entry, { bookId: id });
    const { authorId } = await lockBook(tx, entry, "delete", id);
    await giveBackPlacesOf(tx, { bookId: id });
    await tx.book.delete({ where: { id }, select: { id: true } });
    await record({ action: "book.deleted", subjectType: "Book", subjectId: id, before: { authorId } });
  });
}

/** Has a document made of the book as it is when its turn comes. */
export async function exportBook(entry: Entry, id: string, format: DocumentFormat): Promise<{ id: string }> {
  const length = await lengthOf(entry, id);
  const { title } = length;
  const place = placeOf("BOOK", format, title, length.characters);
  return changeWithRoom(entry, roomOf([place]), async (tx, record) => {
    // Not its lock: whoever writes down how another document of it goes on has the turn of the events this one waits for.
    const { organizationId } = await findBook(tx, entry, "update", id);
    return startExport(tx, record, entry, { kind: "BOOK", purpose: { bookId: id }, place, format, organizationId });
  });
}

/** Has a model draft a chapter: a text beside the book, which changes nothing in it. */
export async function draftChapter(entry: Entry, id: string, prompt: string): Promise<{ id: string }> {
  const place = placeOfDraft("BOOK", prompt);
  return changeWithRoom(entry, roomOf([place]), async (tx, record) => {
    await findBook(tx, entry, "update", id);
    return startDraft(tx, record, entry, { kind: "BOOK", purpose: { bookId: id }, place, prompt });
  });
}

/**
 * A book they may do `action` with, locked until the transaction ends: of two who add, move or delete chapters at once, the second
 * waits, and so no position is given twice or left out.
 */
export async function lockBook(tx: Transaction, entry: Entry, action: Action, id: string) {
  await tx.$queryRaw`SELECT 1 FROM "Book" WHERE "id" = ${id}::uuid FOR UPDATE`;
  return findBook(tx, entry, action, id);
}

async function findBook(tx: Transaction, entry: Entry, action: Action, id: string) {
  const book = await tx.book.findFirst({
    where: { AND: [accessibleBy(entry.ability, action).ofType("Book"), { id }] },
    select: { authorId: true, organizationId: true },
  });
  if (!book) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan(action, subject("Book", { authorId: book.authorId }));
  return book;
}

async function lengthOf(entry: Entry, id: string): Promise<{ title: string; characters: number }> {
  const book = await db().book.findFirst({
    where: { AND: [accessibleBy(entry.ability, "update").ofType("Book"), { id }] },
    select: { title: true, description: true },
  });
  if (!book) throw new AppError("not_found");
  const [row] = await db().$queryRaw<{ characters: bigint | null }[]>`
    SELECT sum(length("content") + length("title")) AS characters FROM "Chapter" WHERE "bookId" = ${id}::uuid`;
  return { title: book.title, characters: Number(row?.characters ?? 0) + book.title.length + book.description.length };
}
