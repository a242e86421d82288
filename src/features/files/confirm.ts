import "server-only";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Size } from "@/lib/pictures";
import { addJob } from "@/lib/queue";
import { storageOf } from "@/storage";
import { inspect, receive } from "@/storage/arrival";
import { AVATAR, takeAvatar } from "./avatars";
import { findFile, urlsEnd } from "./changes";
import { assertMayCover, sizeOfCover, takeCover } from "./covers";
import { type Drawn, draw } from "./drawn";
import { eraseFile } from "./leftovers";
import { joinParts } from "./multipart";
import type { CoverOf } from "./schema";

type Announced = Awaited<ReturnType<typeof findFile>>;

/**
 * Takes what an upload of one's own brought out of its URL's reach, looks at it there, and shows it: as it is, or, where it is a
 * picture for something, as it is drawn anew: for a cover that is `of` a book or a post of theirs. What is not as announced is
 * removed. Throws AppError with what to tell the person.
 */
export async function confirmArrival(entry: Entry, id: string, of?: CoverOf): Promise<void> {
  const file = await findFile(db(), entry, "create", id, "PENDING");
  // A generator's place is no upload of the person's.
  if (file.jobId || (file.kind === "COVER") !== Boolean(of)) throw new AppError("not_found");
  if (of) await assertMayCover(entry, of);
  const store = storageOf(file.provider);
  const arrived = file.partBytes === null ? await receive(store, file.key) : await joinParts(file);
  if (!arrived) throw new AppError("conflict", "upload_missing");
  const size = sizeOf(file, of);
  const seen =
    (await inspect(store, arrived, file.contentType, Number(file.sizeBytes))) ?? (size && (await draw(store, arrived, file, size)));
  if (seen === "upload_missing") throw new AppError("conflict", seen);
  if (typeof seen === "string") return refuse(entry, file, arrived, seen);
  const former = await show(entry, file, { key: arrived, ...seen }, of);
  // The sweep takes what is left of them, if the store does not answer now.
  if (seen) await store.delete(arrived).catch(() => undefined);
  for (const gone of former) await eraseFile(gone).catch(() => undefined);
}

/** How large a picture for something is drawn; nothing of a file that is shown as it came. */
function sizeOf({ kind }: Announced, of: CoverOf | undefined): Size | undefined {
  return of ? sizeOfCover(of) : kind === "AVATAR" ? AVATAR : undefined;
}

/** Shows the file; of a picture for something, in place of those that were there for it, which it returns. */
async function show(entry: Entry, file: Announced, kept: Pick<Drawn, "key"> & Partial<Drawn>, of: CoverOf | undefined) {
  const { id } = file;
  const { contentType, sizeBytes } = { contentType: file.contentType, sizeBytes: Number(file.sizeBytes), ...kept };
  return change(entry, async (tx, record) => {
    // Of two confirmations at once, the second finds nothing left to confirm.
    const data = { ...kept, status: "READY", uploadExpiresAt: urlsEnd(file) } as const;
    if ((await tx.file.updateMany({ where: { id, status: "PENDING" }, data })).count === 0) throw new TooLate();
    if (of || file.kind === "IMAGE" || file.kind === "VIDEO") await addJob(tx, "file.preview", { fileId: id }, { maxAttempts: 5 });
    await record({ action: "file.uploaded", subjectType: "File", subjectId: id, after: { reason: null, contentType, sizeBytes } });
    if (of) return takeCover(tx, record, entry, of, id);
    return file.kind === "AVATAR" ? takeAvatar(tx, record, entry, { id, key: kept.key }) : [];
  }).catch((error: unknown) => cleanUp(error, file, kept.key));
}

async function refuse(entry: Entry, file: Announced, arrived: string, reason: string): Promise<never> {
  const { id, contentType, sizeBytes } = file;
  await change(entry, async (tx, record) => {
    const data = { status: "DELETING", key: arrived, uploadExpiresAt: urlsEnd(file) } as const;
    if ((await tx.file.updateMany({ where: { id, status: "PENDING" }, data })).count === 0) throw new TooLate();
    const after = { reason, contentType, sizeBytes: Number(sizeBytes) };
    await record({ action: "file.refused", subjectType: "File", subjectId: id, after });
  }).catch((error: unknown) => cleanUp(error, file, arrived));
  await eraseFile({ ...file, key: arrived }).catch(() => undefined);
  throw new AppError("invalid", reason);
}

async function cleanUp(error: unknown, file: Announced, key: string): Promise<never> {
  if (!(error instanceof TooLate)) throw error;
  // What this one moved is nobody's, and must not lie there uncounted; the row is decided and names another key, or is gone.
  const decided = await db().file.findUnique({ where: { id: file.id }, select: { key: true } });
  if (decided?.key !== key) await storageOf(file.provider).delete(key);
  throw new AppError("not_found");
}

/** Another confirmation, or the file's owner, was first. */
class TooLate extends Error {}
