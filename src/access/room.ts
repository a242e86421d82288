import { setTimeout as sleep } from "node:timers/promises";
import type { Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError, RETRY_AFTER_SECONDS } from "@/lib/errors";
// biome-ignore lint/style/noRestrictedImports: room is taken at the stores that can be cleared up (tests/house.test.ts)
import { configuredProviders } from "@/storage";
import { change, type Recorder } from "./audit";
import type { Entry } from "./entry";

/** How often, and at first for how long, somebody waits for another change of their own that takes room. */
const TURNS = 16;
const TURN_MS = 25;

type Run<T> = (tx: Transaction, record: Recorder) => Promise<T>;
/** The one text that is written in, where it is known. */
type Text = { chapterId: string } | { blogPostId: string };

/**
 * As `change`, where it takes `bytes` of the person's room: counted under a lock of theirs, so that twenty at once cannot share
 * the last free megabyte. Throws "too_large" with the reason quota_exceeded, and "conflict" when the turn does not come.
 */
export function changeWithRoom<T>(entry: Entry, bytes: number, run: Run<T>): Promise<T> {
  const { userId } = entry.actor;
  return inTurn(entry, async (tx, record) => {
    if ((await heldBytes(tx, userId)) + bytes > env().QUOTA_BYTES) throw new AppError("too_large", "quota_exceeded");
    return run(tx, record);
  });
}

/**
 * The same for what somebody writes, of which nobody knows beforehand how much longer it becomes. Whoever has no room left may
 * still shorten a text. Of one `text` that is saved time and again, it alone is looked at.
 */
export function changeText<T>(entry: Entry, run: Run<T>, text?: Text): Promise<T> {
  const { userId } = entry.actor;
  return inTurn(entry, async (tx, record) => {
    const bytes = () => (text ? bytesOf(tx, text) : textBytes(tx, userId));
    const before = await bytes();
    const result = await run(tx, record);
    const grown = (await bytes()) > before;
    if (grown && (await heldBytes(tx, userId)) > env().QUOTA_BYTES) throw new AppError("too_large", "quota_exceeded");
    return result;
  });
}

/**
 * Takes the person's turn, and waits for it: until the transaction ends nothing takes room of theirs, so no job of theirs begins
 * or is tried again. For what changes their files otherwise, and takes none.
 */
export async function lockRoom(tx: Transaction, userId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${userId}, 0))`;
}

/**
 * What the person's files may take at the store, and what they wrote in the database, in bytes. Until the sweep has cleared up behind
 * an upload URL, somebody may fill its place again: of a file that is shown, that place counts once more (but for one that came in
 * parts), and of a deleted one, still.
 */
export async function heldBytes(tx: Pick<Transaction, "$queryRaw">, ownerId: string): Promise<number> {
  // What is left at a store that cannot be reached any more is nobody's to sweep. One question: somebody else waits for the turn.
  const [row] = await tx.$queryRaw<{ kept: bigint; open: bigint }[]>`
    SELECT coalesce(sum("sizeBytes") FILTER (WHERE "status" <> 'DELETING' OR "isReached"), 0)::bigint AS kept,
           coalesce(sum("sizeBytes") FILTER (WHERE "status" = 'READY' AND "partBytes" IS NULL AND "uploadKey" IS NOT NULL AND "isReached"), 0)::bigint AS open
      FROM (SELECT *, "provider"::text = ANY (${configuredProviders()}) AS "isReached" FROM "File" WHERE "ownerId" = ${ownerId}::uuid) file`;
  return Number(row?.kept ?? 0) + Number(row?.open ?? 0) + (await textBytes(tx, ownerId));
}

/** What somebody has written, in bytes: triggers keep the sum of each book and post, whoever writes in it. */
async function textBytes(tx: Pick<Transaction, "$queryRaw">, authorId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ bytes: bigint }[]>`
    SELECT ((SELECT coalesce(sum("textBytes"), 0) FROM "Book" WHERE "authorId" = ${authorId}::uuid)
          + (SELECT coalesce(sum("textBytes"), 0) FROM "BlogPost" WHERE "authorId" = ${authorId}::uuid))::bigint AS bytes`;
  return Number(row?.bytes ?? 0);
}

/** The same of one text; nothing where it is not there. */
async function bytesOf(tx: Transaction, text: Text): Promise<number> {
  const [row] =
    "chapterId" in text
      ? await tx.$queryRaw<{ bytes: bigint }[]>`
          SELECT b."textBytes" AS bytes FROM "Book" b JOIN "Chapter" c ON c."bookId" = b."id" WHERE c."id" = ${text.chapterId}::uuid`
      : await tx.$queryRaw<{ bytes: bigint }[]>`SELECT "textBytes" AS bytes FROM "BlogPost" WHERE "id" = ${text.blogPostId}::uuid`;
  return Number(row?.bytes ?? 0);
}

/** Runs a change in the person's turn: nothing else takes room of theirs until it is done. */
async function inTurn<T>(entry: Entry, run: Run<T>): Promise<T> {
  const { userId } = entry.actor;
  for (let turn = 1; ; turn++) {
    try {
      return await change(entry, async (tx, record) => {
        const [lock] = await tx.$queryRaw<{ mine: boolean }[]>`SELECT pg_try_advisory_xact_lock(hashtextextended(${userId}, 0)) AS mine`;
        if (!lock?.mine) throw new NotYourTurn();
        return run(tx, record);
      });
    } catch (error) {
      if (!(error instanceof NotYourTurn)) throw error;
      if (turn === TURNS) throw new AppError("conflict", undefined, { retryAfter: RETRY_AFTER_SECONDS });
      // Outside the transaction: whoever waits inside holds a connection that other people need.
      await sleep(Math.min(400, TURN_MS * 2 ** turn) * (0.5 + Math.random()));
    }
  }
}

/** Another change of the same person's is being counted. */
class NotYourTurn extends Error {}
