import "server-only";
import type { JobStatus, Transaction, VideoJobStatus } from "@/lib/db";
import { promptOf } from "../drafts/asked";

/** What a job is at while it is PROCESSING, in words below `studio.steps` in src/i18n/messages. */
export type Step = "queued" | "generating" | "downloading" | "saving";

/** Why a job ended badly, in words below `studio.failures` in src/i18n/messages. */
export const FAILURES = [
  "generator_failed",
  "generator_refused",
  "generator_quota",
  "letters_missing",
  "generator_unsure",
  "timed_out",
  "result_missing",
  "result_wrong",
  "store_failed",
  "input_missing",
  "films_unavailable",
] as const;
export type Failure = (typeof FAILURES)[number];

/** One attempt at a job; what another attempt says is not this one's. */
export interface Attempt {
  id: string;
  attempt: number;
}

interface Change {
  status: JobStatus;
  step?: Step | null;
  /** Percent; never goes back within an attempt. */
  progress?: number;
  error?: Failure | null;
  /** A generator's own words, of a film. */
  message?: string | null;
  externalId?: string | null;
}

/** One job, or the jobs for a row, or for several. */
type JobsOf =
  | { id: string }
  | { bookId: string }
  | { blogPostId: string }
  | { imageGenerationId: { in: string[] } }
  | { videoGenerationId: { in: string[] } };

/** A job that has not ended. */
export const LIVING: JobStatus[] = ["PENDING", "PROCESSING"];

/**
 * Writes what has become of an attempt, in the job and in what it is for, in the caller's transaction. False, and nothing is
 * written, when the attempt has ended already or another one took its place: whoever comes late changes nothing. A lower
 * percentage than the one that stands changes nothing either.
 */
export async function advance(tx: Transaction, { id, attempt }: Attempt, change: Change): Promise<boolean> {
  const { message, ...data } = change;
  const ended = !LIVING.includes(change.status);
  const now = new Date();
  const { count } = await tx.job.updateMany({
    where: { id, attempt, status: { in: LIVING }, ...(change.progress !== undefined && !ended && { progress: { lte: change.progress } }) },
    data: {
      ...data,
      ...(ended && { completedAt: now, step: null }),
      ...(change.status === "COMPLETED" && { progress: 100 }),
    },
  });
  // A percentage that was said already, or said late, is no end.
  if (count === 0) return !ended && (await tx.job.count({ where: { id, attempt, status: { in: LIVING } } })) > 0;
  await tx.job.updateMany({ where: { id, startedAt: null, status: { not: "PENDING" } }, data: { startedAt: now } });
  await mirror(tx, id, message);
  return true;
}

/**
 * Locks jobs that go, by themselves or with a row, before that is deleted or locked: whoever writes down what becomes of a job has
 * locked it, and writes into the row afterwards. What they are at stays true until the transaction ends.
 */
export async function lockJobs(tx: Transaction, of: JobsOf): Promise<void> {
  const jobs = await tx.job.findMany({ where: of, select: { id: true } });
  await tx.$queryRaw`SELECT 1 FROM "Job" WHERE "id" = ANY (${jobs.map(({ id }) => id)}::uuid[]) ORDER BY "id" FOR UPDATE`;
}

/** Writes the job's state into the row it is for, by the one that is there. */
export async function mirror(tx: Transaction, id: string, message?: string | null): Promise<void> {
  const job = await tx.job.findUniqueOrThrow({
    where: { id },
    select: {
      status: true,
      step: true,
      progress: true,
      error: true,
      params: true,
      startedAt: true,
      completedAt: true,
      imageGenerationId: true,
      videoGenerationId: true,
      bookId: true,
      blogPostId: true,
    },
  });
  const { status, error, progress, startedAt, completedAt } = job;
  const took = { completedAt, processingTime: startedAt && completedAt ? completedAt.getTime() - startedAt.getTime() : null };
  if (job.imageGenerationId)
    await tx.imageGeneration.update({ where: { id: job.imageGenerationId }, data: { status, error, progress, ...took } });
  if (job.videoGenerationId) {
    const said = message === undefined ? {} : { message };
    await tx.videoGeneration.update({
      where: { id: job.videoGenerationId },
      data: { status: filmStatus(status, job.step), error, progress, ...took, ...said },
    });
  }
  // A book and a post say how their documents stand, and nothing of a draft.
  if (promptOf(job.params) !== null) return;
  // Of what was asked for last: of two documents that are made at once, the one that moved last says nothing of the other. Ids are
  // made in time's order.
  if (job.bookId)
    await tx.$executeRaw`UPDATE "Book" SET "status" = ${status}::"JobStatus", "error" = ${error}, "progress" = ${progress} WHERE "id" = ${job.bookId}::uuid
      AND NOT EXISTS (SELECT 1 FROM "Job" WHERE "bookId" = ${job.bookId}::uuid AND "id" > ${id}::uuid AND "params"->>'draft' IS NULL)`;
  if (job.blogPostId)
    await tx.$executeRaw`UPDATE "BlogPost" SET "status" = ${status}::"JobStatus", "error" = ${error}, "progress" = ${progress} WHERE "id" = ${job.blogPostId}::uuid
      AND NOT EXISTS (SELECT 1 FROM "Job" WHERE "blogPostId" = ${job.blogPostId}::uuid AND "id" > ${id}::uuid AND "params"->>'draft' IS NULL)`;
}

function filmStatus(status: JobStatus, step: string | null): VideoJobStatus {
  if (status !== "PROCESSING") return status;
  if (step === "generating") return "GENERATING";
  return step === "downloading" ? "DOWNLOADING" : "PROCESSING";
}
