import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { COVER, withCover } from "../documents/cover";
import { noteReading } from "../documents/reading";
import { BOOKS_PAGE_SIZE, MAX_CHAPTERS } from "./schema";

const BOOK = { id: true, title: true, description: true, language: true, status: true, createdAt: true, updatedAt: true } as const;

/** A page of the person's own books, or of those that others share with an organisation of theirs, newest first, and the cursor of the next. */
export async function listBooks(entry: Entry, cursor?: Cursor, organizationId?: string, limit = BOOKS_PAGE_SIZE) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const { userId } = entry.actor;
  const whose = organizationId ? { organizationId, authorId: { not: userId } } : { authorId: userId };
  const rows = await db().book.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("Book"), whose, from] },
    select: { ...BOOK, cover: COVER, _count: { select: { chapters: true } } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const { rows: books, next } = page(rows, limit, (row) => row.createdAt);
  const shown = books.map(({ _count, ...book }) => withCover({ ...book, chapters: _count.chapters }));
  return { books: shown, next };
}

/** A book with its chapters in their order, without what stands in them; null for one they may not see. */
export async function findBook(entry: Entry, id: string) {
  const row = await db().book.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("Book"), { id }] },
    select: {
      ...BOOK,
      cover: COVER,
      authorId: true,
      organizationId: true,
      author: { select: { name: true } },
      chapters: { select: { id: true, position: true, title: true, updatedAt: true }, orderBy: { position: "asc" }, take: MAX_CHAPTERS },
    },
  });
  if (!row) return null;
  await noteReading(entry, { type: "Book", ...row });
  const { author, authorId, ...book } = row;
  return { ...withCover(book), author: author.name, isOwn: authorId === entry.actor.userId };
}

export type OpenBook = NonNullable<Awaited<ReturnType<typeof findBook>>>;

/** The same; "not found" for one they may not see. */
export async function getBook(entry: Entry, id: string): Promise<OpenBook> {
  const book = await findBook(entry, id);
  if (!book) throw new AppError("not_found");
  return book;
}

/** A chapter and what stands in it; "not found" for one they may not see. */
export async function getChapter(entry: Entry, id: string) {
  const row = await db().chapter.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("Chapter"), { id }] },
    select: {
      id: true,
      bookId: true,
      position: true,
      title: true,
      content: true,
      createdAt: true,
      updatedAt: true,
      book: { select: { authorId: true, organizationId: true } },
    },
  });
  if (!row) throw new AppError("not_found");
  const { book, ...chapter } = row;
  await noteReading(entry, { type: "Book", id: chapter.bookId, ...book });
  return chapter;
}
