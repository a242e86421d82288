import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { type Action, accessibleBy } from "@/access/rules";
import { db, type Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";

/** No upload URL lives longer than an hour; after two nobody is still sending. */
const ABANDONED_MS = 2 * 3_600_000;

/** A file this person may do `action` with; "not found" for one they may not, and for one that is not there. */
export async function findFile(
  tx: Pick<Transaction, "file">,
  entry: Entry,
  action: Action,
  id: string,
  status: "PENDING" | "READY" = "READY",
) {
  const file = await tx.file.findFirst({
    where: { AND: [accessibleBy(entry.ability, action).ofType("File"), { id, status }] },
    select: { id: true, ownerId: true, key: true, name: true, contentType: true, sizeBytes: true },
  });
  if (!file) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan(action, subject("File", file));
  return file;
}

/**
 * Takes a file away: the row says so at once, then the object goes, then the row. If the store does not answer, the row
 * stays marked and the sweep at start-up tries again, so neither an object nor its row is forgotten.
 */
export async function removeFile(entry: Entry, id: string): Promise<void> {
  const { key } = await change(entry, async (tx, record) => {
    const file = await findFile(tx, entry, "delete", id);
    await tx.file.update({ where: { id }, data: { status: "DELETING" }, select: { id: true } });
    await record({
      action: "file.deleted",
      subjectType: "File",
      subjectId: id,
      before: { ownerId: file.ownerId, sizeBytes: Number(file.sizeBytes), contentType: file.contentType },
    });
    return file;
  });
  await eraseObject(id, key).catch(() => undefined);
}

/** A link to the bytes for as long as PRESIGNED_URL_EXPIRATION, remembered in the audit log. Somebody else's need a reason. */
export async function issueDownload(entry: Entry, id: string, reason: string | undefined): Promise<{ url: string }> {
  const file = await change(entry, async (tx, record) => {
    const found = await findFile(tx, entry, "download", id);
    if (found.ownerId !== entry.actor.userId && !reason) throw new AppError("invalid", "reason_required");
    await record({
      action: "file.download_url_issued",
      subjectType: "File",
      subjectId: id,
      after: { ownerId: found.ownerId, reason: reason ?? null },
    });
    return found;
  });
  return storage().presignDownload(file.key, {
    filename: file.name,
    contentType: file.contentType,
    disposition: "attachment",
    expiresIn: env().PRESIGNED_URL_EXPIRATION,
  });
}

/** Removes an object, then its row; used by deletion itself and by the sweep of what it could not finish. */
export async function eraseObject(id: string, key: string): Promise<void> {
  await storage().delete(key);
  await db().file.deleteMany({ where: { id, status: { in: ["DELETING", "PENDING"] } } });
}

/** Finishes what was begun and left: objects whose deletion failed, rows of uploads that never arrived. Returns how many. */
export async function sweepFiles(): Promise<number> {
  const before = new Date(Date.now() - ABANDONED_MS);
  const left = await db().file.findMany({
    where: { OR: [{ status: "DELETING" }, { status: "PENDING", updatedAt: { lt: before } }] },
    select: { id: true, key: true },
    take: 500,
  });
  let swept = 0;
  for (const { id, key } of left) {
    await eraseObject(id, key);
    swept++;
  }
  return swept;
}
