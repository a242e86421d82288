import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { changeText } from "@/access/room";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { isSentAgain } from "../documents/save";
import { lockBook } from "./changes";
import { MAX_CHAPTERS } from "./schema";

interface ChapterChange {
  title?: string | undefined;
  content?: string | undefined;
  position?: number | undefined;
  updatedAt?: Date | undefined;
}

/** A chapter at the end of the book. */
export async function addChapter(entry: Entry, { bookId, ...written }: { bookId: string; title: string; content: string }) {
  return changeText(entry, async (tx, record) => {
    const { authorId } = await lockBook(tx, entry, "update", bookId);
    ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("Chapter", { book: { authorId } }));
    const position = await tx.chapter.count({ where: { bookId } });
    if (position >= MAX_CHAPTERS) throw new AppError("conflict", "too_many_chapters", { params: { max: MAX_CHAPTERS } });
    const chapter = await tx.chapter.create({
      data: { ...written, bookId, position },
      select: { id: true, position: true, updatedAt: true },
    });
    await record({ action: "chapter.created", subjectType: "Chapter", subjectId: chapter.id, after: { bookId, position } });
    return chapter;
  });
}

/**
 * Writes a chapter's title and text, and moves it. Of a text that somebody has changed after `updatedAt` nothing is written:
 * "conflict" with the reason changed_meanwhile, unless it is whole and says the same: a save whose answer was lost is sent again. Returns when it was
 * changed, for the next time, and whether its title may be another.
 */
export async function changeChapter(
  entry: Entry,
  id: string,
  { position, updatedAt, ...written }: ChapterChange,
): Promise<{ bookId: string; updatedAt: Date; isRenamed: boolean }> {
  const run = async (tx: Transaction, record: Recorder) => {
    const { bookId, title } = await lockChapter(tx, entry, id);
    const isText = written.title !== undefined || written.content !== undefined;
    const isAgain =
      isText &&
      (await isSentAgain(tx.chapter.updateMany({ where: { id, ...(updatedAt && { updatedAt }) }, data: written }), written, () =>
        tx.chapter.findUnique({ where: { id }, select: { title: true, content: true } }),
      ));
    if (isText) await record({ action: "chapter.changed", subjectType: "Chapter", subjectId: id, after: { bookId } }, "once a sitting");
    if (position !== undefined) {
      const to = await move(tx, id, bookId, position);
      await record({ action: "chapter.moved", subjectType: "Chapter", subjectId: id, after: { bookId, position: to } });
    }
    const now = await tx.chapter.findUniqueOrThrow({ where: { id }, select: { updatedAt: true } });
    return { bookId, updatedAt: now.updatedAt, isRenamed: written.title !== undefined && (isAgain || written.title !== title) };
  };
  return changeText(entry, run, { chapterId: id });
}

export async function deleteChapter(entry: Entry, id: string): Promise<{ bookId: string }> {
  return changeText(entry, async (tx, record) => {
    const { bookId } = await lockChapter(tx, entry, id);
    const { position } = await tx.chapter.delete({ where: { id }, select: { position: true } });
    await tx.$executeRaw`UPDATE "Chapter" SET "position" = "position" - 1 WHERE "bookId" = ${bookId}::uuid AND "position" > ${position}`;
    await record({ action: "chapter.deleted", subjectType: "Chapter", subjectId: id, before: { bookId, position } });
    return { bookId };
  });
}

/** By hand, since nobody has written in these chapters: their `updatedAt` stays. */
async function move(tx: Transaction, id: string, bookId: string, wanted: number): Promise<number> {
  const { position: from } = await tx.chapter.findUniqueOrThrow({ where: { id }, select: { position: true } });
  const to = Math.min(wanted, (await tx.chapter.count({ where: { bookId } })) - 1);
  const [first, last, step] = from < to ? [from + 1, to, -1] : [to, from - 1, 1];
  await tx.$executeRaw`UPDATE "Chapter" SET "position" = CASE WHEN "id" = ${id}::uuid THEN ${to} ELSE "position" + ${step} END
    WHERE "bookId" = ${bookId}::uuid AND ("id" = ${id}::uuid OR "position" BETWEEN ${first} AND ${last})`;
  return to;
}

/** A chapter of theirs, with the lock of its book. */
async function lockChapter(tx: Transaction, entry: Entry, id: string): Promise<{ bookId: string; title: string }> {
  const where = { AND: [accessibleBy(entry.ability, "update").ofType("Chapter"), { id }] };
  const chapter = await tx.chapter.findFirst({ where, select: { bookId: true, title: true, book: { select: { authorId: true } } } });
  if (!chapter) throw new AppError("not_found");
  await lockBook(tx, entry, "update", chapter.bookId);
  ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("Chapter", { book: chapter.book }));
  // Deleted by the one who held the lock.
  if ((await tx.chapter.count({ where: { id } })) === 0) throw new AppError("not_found");
  return { bookId: chapter.bookId, title: chapter.title };
}
