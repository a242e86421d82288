import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import { bearerOf } from "@/access/bearer";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import type { Job, Tasks } from "@/lib/queue";
import { storageOf } from "@/storage";
import { putSpooled } from "@/storage/spool";
import { DOWNLOAD_SECONDS, type Storage } from "@/storage/storage";
import { openArchive } from "./archive";

const TYPE = "application/zip";
const MAX_ATTEMPTS = 3;

/**
 * `data.export`: makes the archive and puts it into the store. Done twice, after a crash, it writes the same object again; of
 * somebody who is gone meanwhile it leaves nothing. After three failures the row says so, and the person may ask anew.
 */
export async function makeExport({ exportId: id }: Tasks["data.export"], { attempt, signal }: Job): Promise<void> {
  const row = await db().dataExport.findFirst({
    where: { id, status: { in: ["PENDING", "RUNNING"] }, expiresAt: { gt: new Date() }, user: { deletedAt: null } },
    select: { id: true, userId: true, provider: true },
  });
  if (!row) return;
  try {
    await db().dataExport.updateMany({ where: { id }, data: { status: "RUNNING", progress: 0 } });
    const sizeBytes = await write(row, signal);
    const where = { id, expiresAt: { gt: new Date() }, user: { deletedAt: null } };
    const data = { status: "READY", progress: 100, sizeBytes, completedAt: new Date() } as const;
    const { count } = await db().dataExport.updateMany({ where, data });
    if (count === 0) await storageOf(row.provider).delete(keyOf(row));
  } catch (error) {
    log().warn({ err: error, exportId: id, attempt }, "export");
    if (attempt >= MAX_ATTEMPTS) await db().dataExport.updateMany({ where: { id }, data: { status: "FAILED" } });
    throw error;
  }
}

/** Writes the archive into the store, and returns its size. */
async function write(row: { id: string; userId: string; provider: Storage["provider"] }, signal: AbortSignal): Promise<number> {
  const progress = reporter(row.id);
  const { stream, totalBytes } = await openArchive(row.userId, (bytes) => progress.add(bytes));
  progress.begin(totalBytes);
  const sizeBytes = await putSpooled(storageOf(row.provider), keyOf(row), stream, { contentType: TYPE, signal });
  await progress.settled();
  return sizeBytes;
}

/** Writes each new percent down, one write at a time. */
function reporter(id: string) {
  let [total, done, written] = [1, 0, 0];
  let writing = Promise.resolve();
  return {
    begin(bytes: number) {
      total = Math.max(1, bytes);
    },
    add(bytes: number) {
      done += bytes;
      const percent = Math.min(99, Math.floor((done / total) * 100));
      if (percent === written) return;
      written = percent;
      writing = writing
        .then(() => db().dataExport.updateMany({ where: { id }, data: { progress: percent } }))
        .then(
          () => undefined,
          () => undefined,
        );
    },
    settled: () => writing,
  };
}

/** A short-lived URL of an archive of one's own, remembered in the audit log; "not found" for everything else. */
export async function issueExportDownload(entry: Entry, id: string): Promise<{ url: string }> {
  const row = await change(entry, async (tx, record) => {
    const found = await tx.dataExport.findFirst({
      where: { AND: [accessibleBy(entry.ability).ofType("DataExport"), { id, status: "READY", expiresAt: { gt: new Date() } }] },
      select: { id: true, userId: true, provider: true, completedAt: true },
    });
    if (!found) throw new AppError("not_found");
    ForbiddenError.from(entry.ability).throwUnlessCan("read", subject("DataExport", found));
    await record({ action: "export.download_url_issued", subjectType: "DataExport", subjectId: id });
    return found;
  });
  const filename = `foyer-${row.completedAt?.toISOString().slice(0, 10)}.zip`;
  const expiresIn = Math.min(DOWNLOAD_SECONDS, env().PRESIGNED_URL_EXPIRATION);
  const bearer = bearerOf(entry);
  return storageOf(row.provider).presignDownload(keyOf(row), { filename, contentType: TYPE, disposition: "attachment", expiresIn, bearer });
}

/** Forgets archives whose days are over; their objects go with what the database writes down of that. */
export async function sweepExports(): Promise<void> {
  await db().dataExport.deleteMany({ where: { expiresAt: { lte: new Date() } } });
}

function keyOf({ userId, id }: { userId: string; id: string }): string {
  return `${userId}/${id}`;
}
