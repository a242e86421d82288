import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import type { FileKind, GeneratorName, JobKind, Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { addJob } from "@/lib/queue";
import { storage } from "@/storage";
import { type Attempt, LIVING, mirror } from "./transition";

/** Jobs of one person that may wait or be under way at once. */
export const MAX_LIVING_JOBS = 10;
/** Minutes from its beginning until an attempt of which nothing is heard counts as failed; within what a signed URL may live. */
const MINUTES: Record<JobKind, number> = { IMAGE: 10, VIDEO: 45, BOOK: 10, BLOG: 10 };
/** How long one may wait for its turn. */
const WAITING_MS = 24 * 3_600_000;
/** Tries of one step before what breaks it counts as the attempt's end. */
export const MAX_ATTEMPTS = 5;

/** A place for one result: what will lie there, and how much room is kept for it until its size is known. */
export type Place = {
  name: string;
  contentType: string;
  kind: FileKind;
  maxBytes: number;
};

/** What a job is for: exactly one row. */
export type Purpose = { imageGenerationId: string } | { videoGenerationId: string } | { bookId: string } | { blogPostId: string };

interface Order {
  kind: JobKind;
  purpose: Purpose;
  places: Place[];
  generator: GeneratorName;
  organizationId: string | null;
  params?: Record<string, string | number | boolean | null>;
}

/** The room all places of an order take while it is under way: what `changeWithRoom` is asked for. */
export function roomOf(places: Place[]): number {
  return places.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
}

/**
 * Makes a job and the places of its results in the caller's transaction, and has the worker begin it. Throws "conflict" with the
 * reason too_many_jobs. The transaction is one of `changeWithRoom`, which has taken the room.
 */
export async function startJob(tx: Transaction, record: Recorder, entry: Entry, order: Order): Promise<{ id: string }> {
  const ownerId = entry.actor.userId;
  ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("Job", { ownerId }));
  await assertFewLive(tx, ownerId);
  const { kind, purpose, generator, params = {}, places, organizationId } = order;
  const job = await tx.job.create({
    data: { kind, ownerId, ...purpose, generator, params, places, deadlineAt: waitsUntil() },
    select: { id: true, attempt: true, deadlineAt: true },
  });
  await mirror(tx, job.id);
  await makePlaces(tx, { ...job, ownerId, organizationId }, places);
  await queue(tx, job);
  await record({ action: "job.created", subjectType: "Job", subjectId: job.id, after: { kind, generator } });
  return { id: job.id };
}

/**
 * Begins another attempt at a job that failed or was cancelled: places nothing has come to are made anew, with keys no earlier
 * URL names. In the caller's transaction, one of `changeWithRoom`.
 */
export async function restartJob(
  tx: Transaction,
  job: { id: string; ownerId: string; attempt: number; organizationId: string | null },
  missing: (Place & { index: number })[],
): Promise<void> {
  await assertFewLive(tx, job.ownerId);
  const next = { attempt: job.attempt + 1, deadlineAt: waitsUntil() };
  await tx.job.update({
    where: { id: job.id },
    data: { ...next, status: "PENDING", step: null, progress: 0, error: null, externalId: null, startedAt: null, completedAt: null },
    select: { id: true },
  });
  await mirror(tx, job.id);
  for (const { index, ...place } of missing) await makePlaces(tx, { ...job, ...next }, [place], index);
  await queue(tx, { id: job.id, attempt: next.attempt });
}

/** Has the worker tell whoever works elsewhere that nobody waits for this attempt any more. In the transaction that ends it. */
export async function tellOfEnd(tx: Transaction, job: { id: string; attempt: number; generator: GeneratorName }): Promise<void> {
  if (job.generator !== "OUTSIDE") return;
  await addJob(tx, "generation.cancel", { jobId: job.id, attempt: job.attempt }, { maxAttempts: 3 });
}

interface Placed {
  id: string;
  attempt: number;
  ownerId: string;
  organizationId: string | null;
  deadlineAt: Date;
}

/** Empty places for results, each with room of its own: in the transaction of `changeWithRoom`. */
export async function makePlaces(tx: Transaction, job: Placed, places: Place[], first = 0): Promise<void> {
  await tx.file.createMany({
    data: places.map(({ name, contentType, kind, maxBytes }, index) => {
      const key = `${prefixOf(job)}${job.attempt}-${first + index}`;
      return {
        ownerId: job.ownerId,
        name,
        key,
        uploadKey: key,
        uploadExpiresAt: job.deadlineAt,
        sizeBytes: maxBytes,
        contentType,
        kind,
        provider: storage().provider,
        organizationId: job.organizationId,
        jobId: job.id,
        jobIndex: first + index,
      };
    }),
  });
}

/** What every key of a job begins with: nothing else is a generator's to name. */
export function prefixOf({ id, ownerId }: { id: string; ownerId: string }): string {
  return `${ownerId}/${id}-`;
}

/** Has the worker take the next step, at once or later. */
export async function queue(tx: Pick<Transaction, "$executeRaw">, { id, attempt }: Attempt, runAt?: Date): Promise<void> {
  const when = runAt ? { runAt } : {};
  await addJob(tx, "generation.step", { jobId: id, attempt }, { key: `generation:${id}`, maxAttempts: MAX_ATTEMPTS, ...when });
}

/** When an attempt that begins now counts as failed: those who wait for their turn lose none of their time. */
export function deadlineOf(kind: JobKind): Date {
  return new Date(Date.now() + MINUTES[kind] * 60_000);
}

function waitsUntil(): Date {
  return new Date(Date.now() + WAITING_MS);
}

async function assertFewLive(tx: Transaction, ownerId: string): Promise<void> {
  const living = await tx.job.count({ where: { ownerId, status: { in: LIVING } } });
  if (living >= MAX_LIVING_JOBS) throw new AppError("conflict", "too_many_jobs", { params: { max: MAX_LIVING_JOBS } });
}
