import "server-only";
import { db, type Transaction } from "@/lib/db";
import { log } from "@/lib/log";
import { namedKeys } from "@/lib/stored-objects";
import { configuredProviders, storageOf } from "@/storage";
import type { Storage } from "@/storage/storage";

/** After its URL's end an upload may still be arriving, 330 s at the site itself (scripts/serve.mjs), and clocks differ. */
export const UPLOAD_MARGIN_MS = 10 * 60_000;
/** Each holds a connection while it waits for the store. */
const AT_ONCE = 3;
const PATIENCE_MS = 60_000;
const PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

interface Due {
  provider: Storage["provider"];
  key: string;
  uploadExpiresAt: Date | null;
  attempts: number;
}

/**
 * Removes the objects of which the database has written down that no row names them any more, of these keys or of all that are
 * due. Each is removed under the lock of its line, so that one is at it and a crash leaves the line; what fails is tried again
 * after growing pauses, for ever; a key that a row names is left alone. Returns how many are gone for good.
 */
export async function removeObjects(keys: string[] | null = null): Promise<number> {
  for (let removed = 0; ; ) {
    const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, () => removeNext(keys)));
    removed += outcomes.filter((outcome) => outcome === "removed").length;
    // Not one: that is the store, not the objects. None: that is all.
    if (!outcomes.some((outcome) => outcome === "removed" || outcome === "later")) return removed;
  }
}

function removeNext(keys: string[] | null): Promise<"removed" | "later" | "failed" | "none"> {
  return db().$transaction(
    async (tx) => {
      const [due] = await tx.$queryRaw<Due[]>`
        SELECT "provider", "key", "uploadExpiresAt", "attempts" FROM "StorageDeletion"
         WHERE "notBefore" <= now() AND "provider" = ANY(${configuredProviders()}::"StorageProvider"[])
           AND (${keys}::text[] IS NULL OR "key" = ANY(${keys}::text[]))
         ORDER BY "notBefore" LIMIT 1 FOR UPDATE SKIP LOCKED`;
      if (!due) return "none";
      const { provider, key } = due;
      const where = { provider_key: { provider, key } };
      try {
        await remove(tx, due);
      } catch (err) {
        log().warn({ err, provider, attempts: due.attempts }, "an object is not removed");
        const notBefore = new Date(Date.now() + Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** due.attempts));
        const lastError = String(err).slice(0, 200);
        await tx.storageDeletion.update({ where, data: { attempts: { increment: 1 }, notBefore, lastError }, select: { key: true } });
        return "failed";
      }
      // Until its URL has ended somebody may bring it again.
      const last = due.uploadExpiresAt ? new Date(due.uploadExpiresAt.getTime() + UPLOAD_MARGIN_MS) : null;
      if (last && last > new Date()) {
        await tx.storageDeletion.update({ where, data: { attempts: 0, notBefore: last, lastError: null }, select: { key: true } });
        return "later";
      }
      await tx.storageDeletion.delete({ where, select: { key: true } });
      return "removed";
    },
    { timeout: PATIENCE_MS },
  );
}

/** The object, and of an upload's place what confirmations made of it; not what a row names, nor what has a line of its own. */
async function remove(tx: Transaction, { provider, key, uploadExpiresAt }: Due): Promise<void> {
  const store = storageOf(provider);
  const keys = uploadExpiresAt ? [key, ...(await keysBelow(store, `${key}-`))] : [key];
  const kept = await namedKeys(tx, provider, keys);
  const others = await tx.storageDeletion.findMany({ where: { provider, key: { in: keys.slice(1) } }, select: { key: true } });
  for (const other of others) kept.add(other.key);
  for (const found of keys) if (!kept.has(found)) await store.delete(found);
  if (uploadExpiresAt) await abandonUploads(store, `${key}-`);
}

/** Gives up the uploads in parts that have begun below this, those included that a crash left without a row. */
export async function abandonUploads({ multipart }: Storage, prefix: string): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await multipart.list(prefix, cursor);
    for (const { key, uploadId } of page.uploads) await multipart.abort(key, uploadId);
    cursor = page.cursor ?? undefined;
  } while (cursor);
}

/** Every key at the store that begins with this. */
export async function keysBelow(store: Storage, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(prefix, cursor);
    keys.push(...page.keys);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  return keys;
}
