import type { Transaction } from "./db";
import { withoutAddresses } from "./text";

/** More are not counted: what a page costs must not grow with what waits. */
export const MOST_COUNTED = 10_000;
const SHOWN = 20;
const MAX_REASON = 300;

type Reader = Pick<Transaction, "$queryRaw">;

export interface QueueCounts {
  /** Of the oldest `MOST_COUNTED` and one more. */
  looked: number;
  waiting: number;
  running: number;
  failed: number;
  /** When the one that waits longest was due; null when none is. */
  oldestDue: Date | null;
}

/** A job that failed at least once; `over`: for good, unless somebody has it tried again. */
export interface FailedJob {
  id: string;
  task: string;
  attempts: number;
  over: boolean;
  runAt: Date;
  failedAt: Date;
  reason: string;
}

/** What waits in the queue, from its oldest ten thousand jobs: those that are done are no longer there. */
export async function countJobs(tx: Reader): Promise<QueueCounts> {
  const rows = await tx.$queryRaw<{ [Name in keyof QueueCounts]: QueueCounts[Name] }[]>`
    SELECT count(*)::int AS "looked", count(*) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts)::int AS "waiting",
      count(*) FILTER (WHERE locked_at IS NOT NULL)::int AS "running",
      count(*) FILTER (WHERE locked_at IS NULL AND attempts >= max_attempts)::int AS "failed",
      min(run_at) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now()) AS "oldestDue"
    FROM (SELECT locked_at, attempts, max_attempts, run_at FROM graphile_worker._private_jobs ORDER BY id LIMIT ${MOST_COUNTED + 1}) j`;
  return rows[0] ?? { looked: 0, waiting: 0, running: 0, failed: 0, oldestDue: null };
}

/** The latest of the oldest ten thousand jobs that failed, with what they said, addresses taken out. */
export async function listFailedJobs(tx: Reader): Promise<FailedJob[]> {
  const rows = await tx.$queryRaw<(Omit<FailedJob, "reason"> & { error: string })[]>`
    SELECT j.id::text AS "id", t.identifier AS "task", j.attempts::int AS "attempts", j.attempts >= j.max_attempts AS "over",
      j.run_at AS "runAt", j.updated_at AS "failedAt", left(j.last_error, 1000) AS "error"
    FROM (SELECT * FROM graphile_worker._private_jobs ORDER BY id LIMIT ${MOST_COUNTED + 1}) j
    JOIN graphile_worker._private_tasks t ON t.id = j.task_id
    WHERE j.last_error IS NOT NULL AND j.locked_at IS NULL ORDER BY j.updated_at DESC, j.id DESC LIMIT ${SHOWN}`;
  return rows.map(({ error, ...job }) => ({ ...job, reason: withoutAddresses(error.trim().split("\n")[0] ?? "").slice(0, MAX_REASON) }));
}

/** Has a job that failed tried again at once, as often as a new one; false where there is none that waits. */
export async function rescheduleJob(tx: Reader, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM graphile_worker._private_jobs j
    CROSS JOIN LATERAL graphile_worker.reschedule_jobs(ARRAY[j.id], run_at := now(), attempts := 0)
    WHERE j.id = ${id}::bigint AND j.last_error IS NOT NULL AND j.locked_at IS NULL`;
  return rows.length > 0;
}

/** Takes a job that failed out of the queue; false where there is none that waits. */
export async function dropJob(tx: Reader, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM graphile_worker._private_jobs j
    CROSS JOIN LATERAL graphile_worker.complete_jobs(ARRAY[j.id])
    WHERE j.id = ${id}::bigint AND j.last_error IS NOT NULL AND j.locked_at IS NULL`;
  return rows.length > 0;
}
