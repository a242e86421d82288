import "server-only";
import { db, type Transaction } from "@/lib/db";
import { log } from "@/lib/log";
import { addJob, type Job, type Tasks } from "@/lib/queue";
import { storage } from "@/storage";
import { LONGEST_WALK_MS } from "./census-details";
import { walk } from "./census-walk";

const MAX_ATTEMPTS = 3;
const EVERY_MS = 24 * 3_600_000;
/** Any number of ours: of two who ask at once, one does. */
const LOCK = 0x666f79_21;

/** Asks for a walk where none was asked for within a day. */
export async function sweepCensus(): Promise<void> {
  await db().$transaction(async (tx) => {
    await inTurn(tx);
    const recent = await tx.storageCensus.findFirst({
      where: { askedAt: { gt: new Date(Date.now() - EVERY_MS) } },
      select: { id: true },
    });
    if (!recent) await askForCensus(tx);
  });
}

/** Asks the worker for a walk, in the caller's transaction; false while one is under way. */
export async function askForCensus(tx: Pick<Transaction, "$executeRaw" | "storageCensus">): Promise<boolean> {
  await inTurn(tx);
  const running = { finishedAt: null, askedAt: { gt: new Date(Date.now() - LONGEST_WALK_MS) } };
  if ((await tx.storageCensus.count({ where: running })) > 0) return false;
  const { id } = await tx.storageCensus.create({ data: {}, select: { id: true } });
  await addJob(tx, "storage.census", { censusId: id }, { maxAttempts: MAX_ATTEMPTS });
  return true;
}

/** `storage.census`: walks the store, writes down what it found, and forgets what was found before. */
export async function takeCensus({ censusId: id }: Tasks["storage.census"], { attempt, signal }: Job): Promise<void> {
  const asked = await db().storageCensus.findUnique({ where: { id }, select: { askedAt: true } });
  if (!asked) return;
  const before = { askedAt: { lt: asked.askedAt } };
  try {
    const { details, ...counted } = await walk({ database: db(), store: storage(), signal });
    await db().storageCensus.updateMany({ where: { id }, data: { ...counted, details: { ...details }, finishedAt: new Date() } });
    await db().storageCensus.deleteMany({ where: before });
  } catch (error) {
    log().warn({ err: error, attempt }, "census of the store");
    if (attempt < MAX_ATTEMPTS) throw error;
    await db().storageCensus.updateMany({ where: { id }, data: { failed: true, finishedAt: new Date() } });
    // What was found before stays; of failures the last is enough.
    await db().storageCensus.deleteMany({ where: { ...before, OR: [{ failed: true }, { finishedAt: null }] } });
    throw error;
  }
}

async function inTurn(tx: Pick<Transaction, "$executeRaw">): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
}
