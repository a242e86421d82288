import "server-only";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import { configuredProviders, storageOf } from "@/storage";
import type { Storage } from "@/storage/storage";
import { abandonUploads, keysBelow, removeObjects, UPLOAD_MARGIN_MS } from "./removed-objects";

/** A store elsewhere lets an upload that began in time take its time; after this nobody waits for it any more. */
const ABANDONED_MS = 2 * 3_600_000;
/** Files a sweep looks at, a few at once. */
const SWEEP_FILES = 500;
const AT_ONCE = 5;

/** What `eraseFile` has to know of a file. */
export const ERASED = { id: true, provider: true, key: true, uploadKey: true, partBytes: true } as const;

interface Left {
  id: string;
  provider: Storage["provider"];
  key: string;
  uploadKey: string | null;
  partBytes: number | null;
  status: "PENDING" | "READY" | "DELETING";
}

/**
 * Removes a file marked DELETING: its row, and by what the database has written down of that its bytes. While its upload URL could
 * still bring others, the row stays for the sweep, and its bytes alone go.
 */
export async function eraseFile(file: Omit<Left, "status">): Promise<void> {
  const urlIsDead = { OR: [{ uploadKey: null }, { uploadExpiresAt: { lt: ago(UPLOAD_MARGIN_MS) } }] };
  const { count } = await db().file.deleteMany({ where: { id: file.id, status: "DELETING", ...urlIsDead } });
  const { provider, key, uploadKey } = file;
  if (file.partBytes !== null && uploadKey) await abandonUploads(storageOf(provider), `${uploadKey}-`);
  if (count > 0) await removeObjects([key, ...(uploadKey ? [uploadKey] : [])]);
  else for (const found of await keysOf(file)) await storageOf(provider).delete(found);
}

/**
 * Finishes what was begun and left: deletions that failed, uploads nobody confirmed, and whatever an upload URL brought
 * after its file was confirmed. Takes the 500 that wait longest; what fails goes to the end of the queue. Returns how many.
 */
export async function sweepFiles(): Promise<number> {
  const due = await db().file.findMany({
    where: {
      provider: { in: configuredProviders() },
      uploadExpiresAt: { lt: ago(UPLOAD_MARGIN_MS) },
      OR: [{ status: { not: "PENDING" } }, { uploadExpiresAt: { lt: ago(ABANDONED_MS) } }],
    },
    select: { id: true, provider: true, key: true, uploadKey: true, partBytes: true, status: true },
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
    if (file.partBytes !== null && file.uploadKey) await abandonUploads(storageOf(file.provider), `${file.uploadKey}-`);
    for (const key of await keysOf(file)) if (key !== file.key) await storageOf(file.provider).delete(key);
    await db().file.updateMany({ where: { id, status }, data: { uploadKey: null, uploadExpiresAt: null, multipartId: null } });
    return;
  }
  // First of all: whoever confirms it now comes too late, or has just come in time.
  const { count } = await db().file.updateMany({ where: { id, status }, data: { status: "DELETING" } });
  if (count > 0) await eraseFile(file);
}

/** Every key at which a file may have bytes: its own, the one its upload URL names, and those confirmations moved them to. */
async function keysOf({ provider, key, uploadKey }: Pick<Left, "provider" | "key" | "uploadKey">): Promise<Set<string>> {
  return new Set(uploadKey ? [key, uploadKey, ...(await keysBelow(storageOf(provider), `${uploadKey}-`))] : [key]);
}

function ago(ms: number): Date {
  return new Date(Date.now() - ms);
}
