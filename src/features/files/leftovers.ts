import "server-only";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import { storage } from "@/storage";

/** After its URL's end an upload may still be arriving, 330 s at the site itself (scripts/serve.mjs), and clocks differ. */
const MARGIN_MS = 10 * 60_000;
/** A store elsewhere lets an upload that began in time take its time; after this nobody waits for it any more. */
const ABANDONED_MS = 2 * 3_600_000;
/** Files a sweep looks at, a few at once. */
const SWEEP_FILES = 500;
const AT_ONCE = 5;

interface Left {
  id: string;
  key: string;
  uploadKey: string | null;
  status: "PENDING" | "READY" | "DELETING";
}

/**
 * Removes the bytes of a file marked DELETING, and its row, unless its upload URL could still bring others: then the row
 * waits for the sweep, so that neither an object nor its row is forgotten.
 */
export async function eraseFile(file: Omit<Left, "status">): Promise<void> {
  for (const key of await keysOf(file)) await storage().delete(key);
  const urlIsDead = { OR: [{ uploadKey: null }, { uploadExpiresAt: { lt: ago(MARGIN_MS) } }] };
  await db().file.deleteMany({ where: { id: file.id, status: "DELETING", ...urlIsDead } });
}

/**
 * Finishes what was begun and left: deletions that failed, uploads nobody confirmed, and whatever an upload URL brought
 * after its file was confirmed. Takes the 500 that wait longest; what fails goes to the end of the queue. Returns how many.
 */
export async function sweepFiles(): Promise<number> {
  const due = await db().file.findMany({
    where: {
      provider: storage().provider,
      uploadExpiresAt: { lt: ago(MARGIN_MS) },
      OR: [{ status: { not: "PENDING" } }, { uploadExpiresAt: { lt: ago(ABANDONED_MS) } }],
    },
    select: { id: true, key: true, uploadKey: true, status: true },
    orderBy: { uploadExpiresAt: "asc" },
    take: SWEEP_FILES,
  });
  let swept = 0;
  for (let at = 0; at < due.length; at += AT_ONCE) {
    const done = (await Promise.all(due.slice(at, at + AT_ONCE).map(sweep))).filter(Boolean).length;
    // Not one: that is the store, not the files.
    if (done === 0) break;
    swept += done;
  }
  return swept;
}

async function sweep(file: Left): Promise<boolean> {
  try {
    await clearUp(file);
    return true;
  } catch (err) {
    log().warn({ err, file: file.id }, "sweep of a file");
    const where = { id: file.id, uploadExpiresAt: { not: null } };
    await db()
      .file.updateMany({ where, data: { uploadExpiresAt: new Date() } })
      .catch(() => undefined);
    return false;
  }
}

async function clearUp(file: Left): Promise<void> {
  const { id, status } = file;
  if (status === "READY") {
    for (const key of await keysOf(file)) if (key !== file.key) await storage().delete(key);
    await db().file.updateMany({ where: { id, status }, data: { uploadKey: null, uploadExpiresAt: null } });
    return;
  }
  // First of all: whoever confirms it now comes too late, or has just come in time.
  const { count } = await db().file.updateMany({ where: { id, status }, data: { status: "DELETING" } });
  if (count > 0) await eraseFile(file);
}

/** Every key at which a file may have bytes: its own, the one its upload URL names, and those confirmations moved them to. */
async function keysOf({ key, uploadKey }: Pick<Left, "key" | "uploadKey">): Promise<Set<string>> {
  const keys = new Set([key]);
  if (!uploadKey) return keys;
  keys.add(uploadKey);
  let cursor: string | undefined;
  do {
    const page = await storage().list(`${uploadKey}-`, cursor);
    for (const moved of page.keys) keys.add(moved);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  return keys;
}

function ago(ms: number): Date {
  return new Date(Date.now() - ms);
}
