import "server-only";
import { change, type Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Size } from "@/lib/pictures";
import { ERASED, eraseFile } from "./leftovers";
import type { CoverOf } from "./schema";

/** In pixels: of a book as e-book shops want it, of a post as a page shows it. */
const BOOK: Size = { width: 1600, height: 2400 };
const POST: Size = { width: 1600, height: 900 };
const SHOWN = { authorId: true, cover: { select: ERASED } } as const;

export function sizeOfCover(of: CoverOf): Size {
  return "bookId" in of ? BOOK : POST;
}

/** Throws "not_found" unless the book or post is one of theirs that they may change: asked before anything is drawn for it. */
export async function assertMayCover(entry: Entry, of: CoverOf): Promise<void> {
  await findCovered(db(), entry, of);
}

/** Makes this file the cover, and returns what was it before, which a trigger has marked: of many at once one stays. */
export async function takeCover(tx: Transaction, record: Recorder, entry: Entry, of: CoverOf, coverId: string | null) {
  if ("bookId" in of) await tx.$queryRaw`SELECT 1 FROM "Book" WHERE "id" = ${of.bookId}::uuid FOR UPDATE`;
  else await tx.$queryRaw`SELECT 1 FROM "BlogPost" WHERE "id" = ${of.blogPostId}::uuid FOR UPDATE`;
  const { cover } = await findCovered(tx, entry, of);
  const data = { coverId };
  if ("bookId" in of) {
    await tx.book.update({ where: { id: of.bookId }, data, select: { id: true } });
    await record({ action: "book.changed", subjectType: "Book", subjectId: of.bookId, after: { cover: coverId } });
  } else {
    await tx.blogPost.update({ where: { id: of.blogPostId }, data, select: { id: true } });
    await record({ action: "post.changed", subjectType: "BlogPost", subjectId: of.blogPostId, after: { cover: coverId } });
  }
  return cover ? [cover] : [];
}

/** Takes the cover off; there being none is no error. */
export async function clearCover(entry: Entry, of: CoverOf): Promise<void> {
  const former = await change(entry, (tx, record) => takeCover(tx, record, entry, of, null));
  for (const gone of former) await eraseFile(gone).catch(() => undefined);
}

/** One's own alone, with the cover it has. */
async function findCovered(tx: Pick<Transaction, "book" | "blogPost">, { ability, actor }: Entry, of: CoverOf) {
  const { userId: authorId } = actor;
  const found =
    "bookId" in of
      ? await tx.book.findFirst({
          where: { AND: [accessibleBy(ability, "update").ofType("Book"), { id: of.bookId, authorId }] },
          select: SHOWN,
        })
      : await tx.blogPost.findFirst({
          where: { AND: [accessibleBy(ability, "update").ofType("BlogPost"), { id: of.blogPostId, authorId }] },
          select: SHOWN,
        });
  if (!found) throw new AppError("not_found");
  return found;
}
