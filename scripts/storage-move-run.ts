import { setTimeout as sleep } from "node:timers/promises";
import { db, type Transaction } from "../src/lib/db";
import { addJob } from "../src/lib/queue";
import { storageOf } from "../src/storage";
import { copyObject } from "../src/storage/copy";
import type { Storage } from "../src/storage/storage";

export type Provider = Storage["provider"];
type Table = "file" | "dataExport" | "peopleJob";

const PAGE = 200;
const AT_ONCE = 4;
/** What is copied and whose row was not switched in this time, because the process was killed, is removed again. */
const UNSWITCHED_MS = 6 * 3_600_000;
/** A store that fails so often in a row is down. */
const MOST_FAILURES = 20;
const PAUSE_MS = 250;

/** A row and the object it names. */
export interface Named {
  table: Table;
  id: string;
  from: Provider;
  key: string;
  hasPreview?: boolean;
}
export interface Moved {
  moved: number;
  bytes: number;
  /** Copies that an earlier run had made. */
  wereThere: number;
  missing: Named[];
  failed: { named: Named; why: string }[];
  /** Rows that were deleted, or let go of their object, while it was copied. */
  gone: number;
  /** A store is down, as far as one can see: the same command goes on later. */
  gaveUp: boolean;
}

/**
 * Moves every object that lies elsewhere to this store: copies it, compares both sides, and switches its row in one statement, at
 * which the database writes the old one down for removal. Killed anywhere, the next run goes on; the site may run meanwhile.
 */
export async function moveObjects(to: Provider, onProgress: (moved: Moved) => void): Promise<Moved> {
  const total: Moved = { moved: 0, bytes: 0, wereThere: 0, missing: [], failed: [], gone: 0, gaveUp: false };
  for (let before = -1; before < total.moved && !total.gaveUp; ) {
    // Again for what was uploaded meanwhile; what could not be moved is told once, as it was the last time.
    before = total.moved;
    Object.assign(total, { missing: [], failed: [] });
    let failures = 0;
    const rows = elsewhere(to);
    const work = async () => {
      for await (const named of rows) {
        const isDone = await moveOne(named, to, total);
        failures = isDone ? 0 : failures + 1;
        total.gaveUp ||= failures >= MOST_FAILURES;
        if (total.gaveUp) return;
        onProgress(total);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
  return total;
}

async function moveOne(named: Named, to: Provider, total: Moved): Promise<boolean> {
  try {
    await announce(named, to);
    const copied = await copyObject(storageOf(named.from), storageOf(to), named.key);
    if (!copied) total.missing.push(named);
    else if (await switchRow(named, to)) {
      total.moved++;
      total.bytes += copied.sizeBytes;
      if (copied.wasThere) total.wereThere++;
    } else total.gone++;
    return true;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
    total.failed.push({ named, why: `${error instanceof Error ? error.message : error}${cause}` });
    await sleep(PAUSE_MS);
    return false;
  }
}

/**
 * Writes down, before it is made, that the copy is to be removed should its row never be switched. Where the worker is just removing
 * what lay there, this waits for it.
 */
async function announce({ key }: Named, provider: Provider): Promise<void> {
  const line = { attempts: 0, lastError: null, uploadExpiresAt: null, notBefore: new Date(Date.now() + UNSWITCHED_MS) };
  await db().storageDeletion.upsert({
    where: { provider_key: { provider, key } },
    create: { provider, key, ...line },
    update: line,
    select: { key: true },
  });
}

/** False when the row is gone, or names something else by now: the copy is nobody's. */
function switchRow(named: Named, provider: Provider): Promise<boolean> {
  const { key } = named;
  return db().$transaction(async (tx) => {
    const { count } = await update(tx, named, provider);
    if (count > 0) await tx.storageDeletion.deleteMany({ where: { provider, key } });
    // A preview stays behind, and is made anew.
    if (count > 0 && named.hasPreview) await addJob(tx, "file.preview", { fileId: named.id }, { maxAttempts: 5 });
    if (count === 0) await tx.storageDeletion.updateMany({ where: { provider, key }, data: { notBefore: new Date() } });
    return count > 0;
  });
}

function update(tx: Transaction, { table, id, from, key }: Named, provider: Provider): Promise<{ count: number }> {
  if (table === "dataExport") return tx.dataExport.updateMany({ where: { id, provider: from, status: "READY" }, data: { provider } });
  if (table === "peopleJob") return tx.peopleJob.updateMany({ where: { id, provider: from, objectKey: key }, data: { provider } });
  // What the upload URL still brings, it brings to the old store, which is where it is removed.
  const data = { provider, uploadKey: null, uploadExpiresAt: null };
  return tx.file.updateMany({ where: { id, provider: from, key, status: "READY" }, data });
}

/** Where objects lie that are not at this store, how many, and of files how many bytes. */
export async function countElsewhere(to: Provider): Promise<{ from: Provider; objects: number; bytes: number }[]> {
  const provider = { not: to };
  const files = await db().file.groupBy({
    by: ["provider"],
    where: { provider, status: "READY" },
    _count: true,
    _sum: { sizeBytes: true },
  });
  const exports = await db().dataExport.groupBy({ by: ["provider"], where: { provider, status: "READY" }, _count: true });
  const jobs = await db().peopleJob.groupBy({ by: ["provider"], where: { ...SETTLED, provider }, _count: true });
  const found = new Map(files.map(({ provider: from, _count, _sum }) => [from, { from, objects: _count, bytes: Number(_sum.sizeBytes) }]));
  for (const { provider: from, _count } of [...exports, ...jobs]) {
    if (!from) continue;
    const { objects, bytes } = found.get(from) ?? { objects: 0, bytes: 0 };
    found.set(from, { from, objects: objects + _count, bytes });
  }
  return [...found.values()];
}

/** Uploads, archives and jobs that are under way elsewhere and end there: a later run moves them. */
export async function countUnderWay(to: Provider): Promise<number> {
  const provider = { not: to };
  const uploads = await db().file.count({ where: { provider, status: "PENDING" } });
  const exports = await db().dataExport.count({ where: { provider, status: { in: ["PENDING", "RUNNING"] } } });
  return uploads + exports + (await db().peopleJob.count({ where: { provider, objectKey: { not: null }, ...OPEN } }));
}

const OPEN = { status: { in: ["PENDING" as const, "RUNNING" as const] } };
const SETTLED = { objectKey: { not: null }, status: { notIn: ["PENDING" as const, "RUNNING" as const] } };

async function* elsewhere(to: Provider): AsyncGenerator<Named> {
  const provider = { not: to };
  const page = (after: string) => ({ ...(after && { id: { gt: after } }) });
  const rest = { orderBy: { id: "asc" }, take: PAGE } as const;
  yield* pages(async (after) => {
    const where = { provider, status: "READY" as const, ...page(after) };
    const rows = await db().file.findMany({ where, select: { id: true, provider: true, key: true, previewKey: true }, ...rest });
    return rows.map(({ id, provider: from, key, previewKey }) => ({ table: "file", id, from, key, hasPreview: previewKey !== null }));
  });
  yield* pages(async (after) => {
    const where = { provider, status: "READY" as const, ...page(after) };
    const rows = await db().dataExport.findMany({ where, select: { id: true, provider: true, userId: true }, ...rest });
    return rows.map(({ id, provider: from, userId }) => ({ table: "dataExport", id, from, key: `${userId}/${id}` }));
  });
  yield* pages(async (after) => {
    const rows = await db().peopleJob.findMany({
      where: { ...SETTLED, provider, ...page(after) },
      select: { id: true, provider: true, objectKey: true },
      ...rest,
    });
    return rows.map(({ id, provider: from, objectKey }) => ({ table: "peopleJob", id, from: from ?? to, key: objectKey ?? "" }));
  });
}

async function* pages(read: (after: string) => Promise<Named[]>): AsyncGenerator<Named> {
  for (let after = ""; ; ) {
    const rows = await read(after);
    yield* rows;
    after = rows.at(-1)?.id ?? "";
    if (rows.length < PAGE) return;
  }
}
