import { setTimeout as sleep } from "node:timers/promises";
import type { Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
// biome-ignore lint/style/noRestrictedImports: room is taken at the stores that can be cleared up (tests/house.test.ts)
import { configuredProviders } from "@/storage";
import { change, type Recorder } from "./audit";
import type { Entry } from "./entry";

/** How often, and at first for how long, somebody waits for another change of their own that takes room. */
const TURNS = 10;
const TURN_MS = 25;

/**
 * As `change`, where it takes `bytes` of the person's room: counted under a lock of theirs, so that twenty at once cannot share
 * the last free megabyte. Throws "too_large" with the reason quota_exceeded, and "conflict" when the turn does not come.
 */
export async function changeWithRoom<T>(entry: Entry, bytes: number, run: (tx: Transaction, record: Recorder) => Promise<T>): Promise<T> {
  const { userId } = entry.actor;
  for (let turn = 1; ; turn++) {
    try {
      return await change(entry, async (tx, record) => {
        const [lock] = await tx.$queryRaw<{ mine: boolean }[]>`SELECT pg_try_advisory_xact_lock(hashtextextended(${userId}, 0)) AS mine`;
        if (!lock?.mine) throw new NotYourTurn();
        if ((await heldBytes(tx, userId)) + bytes > env().QUOTA_BYTES) throw new AppError("too_large", "quota_exceeded");
        return run(tx, record);
      });
    } catch (error) {
      if (!(error instanceof NotYourTurn)) throw error;
      if (turn === TURNS) throw new AppError("conflict");
      // Outside the transaction: whoever waits inside holds a connection that other people need.
      await sleep(Math.min(400, TURN_MS * 2 ** turn) * (0.5 + Math.random()));
    }
  }
}

/**
 * Takes the person's turn, and waits for it: until the transaction ends nothing takes room of theirs, so no job of theirs begins
 * or is tried again. For what changes their files otherwise, and takes none.
 */
export async function lockRoom(tx: Transaction, userId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${userId}, 0))`;
}

/**
 * What the person's files may take at the store, in bytes. Until the sweep has cleared up behind an upload URL, somebody may
 * fill its place again: of a file that is shown, that place counts once more (but for one that came in parts), and of a deleted one, still.
 */
export async function heldBytes(tx: Pick<Transaction, "file">, ownerId: string): Promise<number> {
  // What is left at a store that cannot be reached any more is nobody's to sweep.
  const provider = { in: configuredProviders() };
  const sum = { sizeBytes: true } as const;
  const kept = await tx.file.aggregate({ where: { ownerId, OR: [{ status: { not: "DELETING" } }, { provider }] }, _sum: sum });
  const open = await tx.file.aggregate({
    where: { ownerId, status: "READY", partBytes: null, uploadKey: { not: null }, provider },
    _sum: sum,
  });
  return Number(kept._sum.sizeBytes ?? 0) + Number(open._sum.sizeBytes ?? 0);
}

/** Another change of the same person's is being counted. */
class NotYourTurn extends Error {}
