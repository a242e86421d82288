import "server-only";
import { change } from "@/access/audit";
import { NOBODY } from "@/access/entry";
import type { DocumentFormat, ImageFormat, JsonObject } from "@/lib/db";
import { db, isWriteConflict, type Transaction } from "@/lib/db";
import { addJob } from "@/lib/queue";
import { storageOf } from "@/storage";
import { inspect, receive } from "@/storage/arrival";
import type { Storage } from "@/storage/storage";
import { type Attempt, advance, type Failure, LIVING, type Step } from "./transition";

/** What is known of a result beside its bytes; of pictures and films, in pixels. */
export type About =
  | { kind: "image"; format: ImageFormat; width: number; height: number; metadata?: JsonObject }
  | { kind: "video"; width: number; height: number; durationSeconds: number; remoteUri?: string; metadata?: JsonObject }
  | { kind: "document"; format: DocumentFormat };

/** Says what a result is, by its bytes in the store they lie in; null when it is not what it claims. */
export type AboutOf = (store: Storage, key: string, sizeBytes: number, contentType: string) => Promise<About | null>;

/** What else happens in the same transaction, or prevents it by a throw: a message that was taken is noted where it takes effect. */
type Also = (tx: Transaction) => Promise<void>;
const nothingElse: Also = () => Promise.resolve();

/**
 * Takes one result out of its upload URL's reach, looks at it and shows it to its owner. `aboutOf` says what it is, by its
 * bytes at the key, or throws when it is not what it claims. Null once it is shown, by this call or by another one; else what is
 * wrong, and the place is taken away. Delivered twenty times at once, it is there once.
 */
export async function takeResult(job: Attempt, index: number, aboutOf: AboutOf, also: Also = nothingElse): Promise<Failure | null> {
  const place = await db().file.findFirst({
    where: { jobId: job.id, jobIndex: index, job: { attempt: job.attempt }, status: { in: ["PENDING", "READY"] } },
    select: { id: true, ownerId: true, name: true, key: true, contentType: true, sizeBytes: true, status: true, provider: true },
    orderBy: { createdAt: "desc" },
  });
  if (!place) return "result_missing";
  if (place.status === "READY") return null;
  const store = storageOf(place.provider);
  const key = await receive(store, place.key);
  const found = key ? await store.head(key) : null;
  if (!key || !found) return "result_missing";
  const fits = found.sizeBytes > 0 && found.sizeBytes <= Number(place.sizeBytes);
  const about =
    fits && !(await inspect(store, key, place.contentType, found.sizeBytes))
      ? await aboutOf(store, key, found.sizeBytes, place.contentType)
      : null;
  if (!about) {
    await store.delete(key);
    return "result_wrong";
  }
  const shown = await change(NOBODY, async (tx, record) => {
    const { count } = await tx.file.updateMany({
      // An attempt that has ended meanwhile has no results.
      where: { id: place.id, status: "PENDING", job: { attempt: job.attempt, status: { in: LIVING } } },
      data: { status: "READY", key, sizeBytes: found.sizeBytes, ...("width" in about && { width: about.width, height: about.height }) },
    });
    if (count === 0) throw new EndedAlready();
    await also(tx);
    await describeResult(tx, job.id, { ...place, key, sizeBytes: found.sizeBytes }, about);
    if (about.kind !== "document") await addJob(tx, "file.preview", { fileId: place.id }, { maxAttempts: 5 });
    const after = { reason: null, contentType: place.contentType, sizeBytes: found.sizeBytes, ownerId: place.ownerId };
    await record({ action: "file.uploaded", subjectType: "File", subjectId: place.id, after });
    return true;
  }).catch(unlessEnded);
  if (shown) return null;
  // What this one moved is nobody's, and must not lie there uncounted; the place is decided and names another key, or is gone.
  const decided = await db().file.findUnique({ where: { id: place.id }, select: { key: true, status: true } });
  if (decided?.key !== key) await store.delete(key);
  return decided?.status === "READY" ? null : "result_missing";
}

async function describeResult(
  tx: Transaction,
  jobId: string,
  { name, key, sizeBytes }: { name: string; key: string; sizeBytes: number },
  about: About,
): Promise<void> {
  const job = await tx.job.findUniqueOrThrow({
    where: { id: jobId },
    select: { imageGenerationId: true, videoGenerationId: true, bookId: true, blogPostId: true },
  });
  const common = { filename: name, s3Key: key, fileSize: sizeBytes };
  if (about.kind === "image" && job.imageGenerationId) {
    const { kind: _, ...rest } = about;
    await tx.imageFile.create({ data: { ...common, ...rest, generationId: job.imageGenerationId, aspectRatio: ratio(about) } });
  } else if (about.kind === "video" && job.videoGenerationId) {
    const { kind: _, ...rest } = about;
    await tx.videoFile.create({ data: { ...common, ...rest, generationId: job.videoGenerationId, aspectRatio: ratio(about) } });
  } else if (about.kind === "document") {
    await tx.documentFile.create({ data: { ...common, format: about.format, bookId: job.bookId, blogPostId: job.blogPostId } });
  } else throw new Error(`a result of kind ${about.kind} for a job of another`);
}

/** Writes down how far an attempt is; false when it has ended. Of two who write at once and wait for each other, one begins again. */
export async function report(
  job: Attempt,
  { step, progress, message }: { step?: Step | undefined; progress?: number | undefined; message?: string | undefined },
  also = nothingElse,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db().$transaction(async (tx) => {
        await also(tx);
        return advance(tx, job, { status: "PROCESSING", step, progress, message });
      });
    } catch (error) {
      if (!isWriteConflict(error) || attempt === 3) throw error;
    }
  }
}

/** Ends an attempt well, once every place is filled; "result_missing" where one is not. Ending it again changes nothing. */
export async function complete(job: Attempt, also = nothingElse): Promise<Failure | null> {
  const empty = await db().file.count({ where: { jobId: job.id, status: "PENDING", job: { attempt: job.attempt } } });
  if (empty > 0) return "result_missing";
  await end(job, "COMPLETED", null, also);
  return null;
}

/** Ends an attempt badly: what has arrived stays, the places of the rest are given back. Of an attempt that has ended nothing changes. */
export async function fail(job: Attempt, error: Failure, also = nothingElse): Promise<void> {
  await end(job, "FAILED", error, also);
}

async function end(job: Attempt, status: "COMPLETED" | "FAILED", error: Failure | null, also: Also): Promise<void> {
  await change(NOBODY, async (tx, record) => {
    await also(tx);
    if (!(await advance(tx, job, { status, error }))) throw new EndedAlready();
    await giveBackPlaces(tx, job.id);
    const { ownerId } = await tx.job.findUniqueOrThrow({ where: { id: job.id }, select: { ownerId: true } });
    const action = status === "COMPLETED" ? "job.completed" : "job.failed";
    await record({ action, subjectType: "Job", subjectId: job.id, after: { attempt: job.attempt, ownerId, error } });
  }).catch(unlessEnded);
}

/** Takes away the places of a job that nothing came to; the sweep of files clears up once their URLs are dead. */
export async function giveBackPlaces(tx: Transaction, jobId: string): Promise<void> {
  await tx.file.updateMany({ where: { jobId, status: "PENDING" }, data: { status: "DELETING" } });
}

/** 1024 x 768 is 4:3. */
function ratio({ width, height }: { width: number; height: number }): string {
  const divisor = greatest(width, height);
  return `${width / divisor}:${height / divisor}`;
}

function greatest(a: number, b: number): number {
  return b === 0 ? a : greatest(b, a % b);
}

class EndedAlready extends Error {}

function unlessEnded(error: unknown): false {
  if (error instanceof EndedAlready) return false;
  throw error;
}
