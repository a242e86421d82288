import "server-only";
import { type AuditRow, change, changeFor, type Recorder } from "@/access/audit";
import { type Doer, doerOf } from "@/access/doer";
import { type Entry, NOBODY } from "@/access/entry";
import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { addJob, type Handlers } from "@/lib/queue";
import { storage } from "@/storage";
import type { Storage } from "@/storage/storage";
import { type Cursor, type End, endJob, noteBatch, type Progress } from "./progress";
import { PEOPLE_JOB_DAYS, type PeopleJobKind, type RefusalReason } from "./schema";

const DAY_MS = 24 * 3_600_000;
/** Tries without an end to them, about three and a half hours, before a job is said to have failed. */
const MAX_ATTEMPTS = 10;

const JOB = {
  id: true,
  kind: true,
  createdById: true,
  createdAt: true,
  params: true,
  total: true,
  done: true,
  refused: true,
  cursor: true,
  cancelAskedAt: true,
  objectKey: true,
  provider: true,
} as const;

export type PeopleJob = NonNullable<Awaited<ReturnType<typeof findOpen>>>;

/** What a step is given to find out what is next. */
export interface Step {
  job: PeopleJob;
  /** What the batch before returned; null at the beginning. */
  cursor: Cursor | null;
  /** Whoever asked, with the rights they have at this moment. */
  doer: Doer;
  signal: AbortSignal;
  /** For a step that is the whole job: writes down how far it is, and throws when the job was cancelled or the right to it lost. */
  note(progress: { done: number; total?: number }): Promise<void>;
}

/** Writes one batch. It may be called again when another transaction won, so it changes nothing but the database. */
export type Write = (batch: { tx: Transaction; record: Recorder; doer: Doer }) => Promise<Progress>;

/**
 * One kind of work: reads what is next and does what takes long, outside of any transaction, and returns what writes it down.
 * After a crash it is asked again with the cursor of the last batch that was committed.
 */
export type PeopleJobStep = (step: Step) => Promise<Write>;

/** No later try makes it better: the job has failed, and its report says why. */
export class JobFailure extends Error {
  constructor(
    readonly reason: RefusalReason,
    readonly field?: string,
  ) {
    super(reason);
  }
}
class JobCancelled extends Error {}
/** Another worker, or the sweep, was faster: what this one has read is no longer what is next. */
class JobMoved extends Error {}

/** Asks the worker for it in the caller's transaction, with its audit row. Such jobs run one after the other. */
export async function startPeopleJob(
  tx: Transaction,
  record: Recorder,
  entry: Entry,
  asked: {
    kind: PeopleJobKind;
    params: Cursor;
    total?: number;
    objectKey?: string;
    provider?: Storage["provider"];
    keptDays?: number;
    remember: AuditRow["after"];
  },
): Promise<string> {
  const { remember, keptDays = PEOPLE_JOB_DAYS, provider = storage().provider, ...rest } = asked;
  const data = rest.objectKey ? { ...rest, provider } : rest;
  const expiresAt = new Date(Date.now() + keptDays * DAY_MS);
  const { id } = await tx.peopleJob.create({ data: { ...data, createdById: entry.actor.userId, expiresAt }, select: { id: true } });
  await addJob(tx, "people.job", { jobId: id }, { key: queueKey(id), maxAttempts: MAX_ATTEMPTS });
  await record({ action: "people_job.started", subjectType: "PeopleJob", subjectId: id, after: { kind: data.kind, ...remember } });
  return id;
}

/** The key of a job's entry in the queue. */
export function queueKey(jobId: string): string {
  return `people-job:${jobId}`;
}

/**
 * `people.job`: works through a job batch by batch, each one transaction with its counts, its report and its place: killed
 * anywhere, the next run goes on exactly there. Between two batches it notices that it was cancelled, or that whoever asked may
 * no longer; what was done stays done, and the report says how it ended.
 */
export function doPeopleJob(steps: Partial<Record<PeopleJobKind, PeopleJobStep>>): Handlers["people.job"] {
  return async ({ jobId }, { attempt, signal }) => {
    await db().peopleJob.updateMany({ where: { id: jobId, status: "PENDING" }, data: { status: "RUNNING", startedAt: new Date() } });
    try {
      while (await nextBatch(jobId, steps, signal)) signal.throwIfAborted();
    } catch (error) {
      const ended = endOf(error);
      log().warn({ err: error, jobId, attempt }, "work on people");
      if (!ended && (attempt < MAX_ATTEMPTS || error instanceof JobMoved)) throw error;
      await end(jobId, ended ?? { status: "FAILED", why: { reason: "failed" } });
    }
  };
}

/** Says of a job that nobody will take up again that it has failed. */
export async function giveUp(jobId: string): Promise<void> {
  await end(jobId, { status: "FAILED", why: { reason: "failed" } });
}

async function end(jobId: string, how: End): Promise<void> {
  await change(NOBODY, (tx, record) => finish(tx, record, jobId, how));
}

/** False when there is nothing left to do. */
async function nextBatch(id: string, steps: Partial<Record<PeopleJobKind, PeopleJobStep>>, signal: AbortSignal): Promise<boolean> {
  const job = await findOpen(id);
  if (!job) return false;
  if (job.cancelAskedAt) throw new JobCancelled();
  const step = steps[job.kind];
  if (!step) throw new Error(`nobody does ${job.kind}`);
  const doer = await doerOf(job.createdById);
  // Written by this file alone, from a Progress.
  const cursor = job.cursor as Cursor | null;
  const write = await step({ job, cursor, doer, signal, note: (progress) => note(job, progress) });
  signal.throwIfAborted();
  return changeFor(job.createdById, (tx, record, doer) => commit(tx, record, job, () => write({ tx, record, doer })));
}

/** One transaction: what the batch changes, and that it is done. */
async function commit(tx: Transaction, record: Recorder, job: PeopleJob, write: () => Promise<Progress>): Promise<boolean> {
  await lockOpen(tx, job);
  const progress = await write();
  await noteBatch(tx, job.id, progress);
  if (progress.cursor === null) await finish(tx, record, job.id, { status: "DONE" });
  return progress.cursor !== null;
}

/** Throws unless the job is where it was when its next batch was read: a worker that was taken for dead must not write a second time. */
async function lockOpen(tx: Transaction, job: PeopleJob): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "PeopleJob" WHERE "id" = ${job.id}::uuid FOR UPDATE`;
  const found = await findOpen(job.id, tx);
  const place = (row: PeopleJob | null) => JSON.stringify([row?.cursor, row?.refused]);
  if (!found || place(found) !== place(job)) throw new JobMoved();
}

async function note({ id, createdById }: PeopleJob, { done, total }: { done: number; total?: number }): Promise<void> {
  await doerOf(createdById);
  const { count } = await db().peopleJob.updateMany({
    where: { id, status: "RUNNING", cancelAskedAt: null },
    data: { done, ...(total !== undefined && { total }) },
  });
  if (count === 0) throw new JobCancelled();
}

async function finish(tx: Transaction, record: Recorder, id: string, how: End): Promise<void> {
  if (!(await endJob(tx, record, id, how))) throw new JobMoved();
}

/** How a job ends by what was thrown; null for what another try may mend. */
function endOf(error: unknown): End | null {
  if (error instanceof JobCancelled) return { status: "CANCELLED" };
  if (error instanceof JobFailure) return { status: "FAILED", why: { reason: error.reason, ...(error.field && { field: error.field }) } };
  if (error instanceof AppError && error.reason === "rights_lost") return { status: "FAILED", why: { reason: "rights_lost" } };
  return null;
}

function findOpen(id: string, tx: Pick<Transaction, "peopleJob"> = db()) {
  return tx.peopleJob.findFirst({ where: { id, status: "RUNNING" }, select: JOB });
}
