import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Logger, run, type Task, type TaskList, type WorkerEvents } from "graphile-worker";
import pg from "pg";
import type { Locale } from "@/i18n/locale";
import type { Transaction } from "./db";
import { env } from "./env";
import { log } from "./log";

/** Everything that is done beside the requests: the name of each task and what it is told. Ids and addresses, never secrets. */
export interface Tasks {
  "mail.send": { mailId: string };
  /** What an address that was typed leads to is found out here, so that the time an answer takes tells nothing of it. */
  "account.register": { registrationId: string; by: Asker };
  "account.verify": { address: string; by: Asker };
  "account.forgot": { address: string; by: Asker };
  "account.magicLink": { address: string; path: string; by: Asker };
  "account.delete": { userId: string };
  "data.export": { exportId: string };
  "storage.census": { censusId: string };
  "people.job": { jobId: string };
  "file.preview": { fileId: string };
  "generation.step": { jobId: string; attempt: number };
  "generation.cancel": { jobId: string; attempt: number };
}
/** Who caused a job, for the audit log, and the language of their mails where they have chosen none. */
export interface Asker {
  ip: string | null;
  userAgent: string | null;
  locale: Locale;
}
export type TaskName = keyof Tasks;

/** What a handler knows of its job besides the payload. */
export interface Job {
  id: string;
  /** 1 at the first try. */
  attempt: number;
  /** Aborted when the process wants to end and has waited five seconds. */
  signal: AbortSignal;
}
/** Does one job; a throw means "later again". It may be run twice, after a crash, so it looks first what is already done. */
export type Handlers = { [Name in TaskName]: (payload: Tasks[Name], job: Job) => Promise<unknown> };

interface JobOptions {
  /** Not before this moment; at once when unset. */
  runAt?: Date;
  /** Only when the answer to whoever caused it is out, by the database's clock; it is found at the next poll after that. */
  afterAnswer?: boolean;
  /** A waiting job with the same key is replaced; one that is running is not tried again. */
  key?: string;
  /** Tries before the job is left where it is; 25 when unset, which is about three days. */
  maxAttempts?: number;
}

/**
 * Until this much later nobody begins a job whose work depends on what an address leads to: the worker shares the process with
 * the request, and an answer still being written would be slower where there is more to do (ASVS 6.3.8).
 */
const AFTER_ANSWER_MS = 1_000;
/**
 * What takes its time, by the lines it waits in: jobs of one line run one after the other, all processes together. Whatever is not
 * here is done within seconds.
 */
const LINES: { [Name in TaskName]?: readonly string[] } = {
  "data.export": ["archives"],
  "storage.census": ["archives"],
  "people.job": ["people"],
  "file.preview": ["previews"],
  "generation.step": ["generation-0", "generation-1"],
  "generation.cancel": ["generation-0", "generation-1"],
};
/** A hand for each line, and one that none of them takes: mail never waits for what is slow. */
const CONCURRENCY = new Set(Object.values(LINES).flat()).size + 1;
const POLL_MS = 2_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** A connection for each job's lock, one that listens, one that stands guard, and two that fetch jobs and note that they are done. */
const POOL_SIZE = CONCURRENCY + 4;
const GUARD_EVERY_MS = 5_000;
const MAX_PAUSE_MS = 2_000;
/** Any numbers of ours: the first half of an advisory lock, so that a pool and a job of equal hash are two things. */
const POOL_LOCK = 0x666f79_10;
const JOB_LOCK = 0x666f79_11;

/** Adds a job in the caller's transaction: it exists exactly when the change does. The worker hears of it at the commit. */
export async function addJob<Name extends TaskName>(
  tx: Pick<Transaction, "$executeRaw">,
  task: Name,
  payload: Tasks[Name],
  { runAt, afterAnswer = false, key, maxAttempts }: JobOptions = {},
): Promise<void> {
  const delayMs = afterAnswer ? AFTER_ANSWER_MS : null;
  await tx.$executeRaw`SELECT graphile_worker.add_job(${task}::text, ${JSON.stringify(payload)}::json,
    run_at := coalesce(now() + ${delayMs}::float8 * interval '1 millisecond', ${runAt?.toISOString() ?? null}::timestamptz), max_attempts := ${maxAttempts ?? null}::int, job_key := ${key ?? null}::text,
    queue_name := ${lineOf(task, payload)}::text)`;
}

/** Adds many of one kind at once, in the caller's transaction. */
export async function addJobs<Name extends TaskName>(
  tx: Pick<Transaction, "$executeRaw">,
  task: Name,
  jobs: { payload: Tasks[Name]; key: string }[],
  { maxAttempts }: Pick<JobOptions, "maxAttempts"> = {},
): Promise<void> {
  const [payloads, keys] = [jobs.map(({ payload }) => JSON.stringify(payload)), jobs.map(({ key }) => key)];
  const lines = jobs.map(({ payload }) => lineOf(task, payload));
  if (jobs.length === 0) return;
  await tx.$executeRaw`SELECT count(*) FROM graphile_worker.add_jobs((
    SELECT array_agg(ROW(${task}::text, job.payload::json, job.line, NULL, ${maxAttempts ?? null}::int, job.key, NULL, NULL)::graphile_worker.job_spec)
      FROM unnest(${payloads}::text[], ${keys}::text[], ${lines}::text[]) AS job(payload, key, line)))`;
}

/** Where a job waits; null where it does not. What is done to one thing, by the id its payload begins with, is one line's. */
function lineOf<Name extends TaskName>(task: Name, payload: Tasks[Name]): string | null {
  const lines = LINES[task];
  if (!lines) return null;
  const [id] = Object.values(payload);
  return lines[Number.parseInt(String(id).slice(-2), 16) % lines.length] ?? lines[0] ?? null;
}

/**
 * Works through the jobs of these tasks until `stop`, which lets those under way end. Survives the database: whatever
 * breaks, it begins again within two seconds of the database's return. The jobs of a worker that died are taken over
 * within 20 s; no job is run by two workers at once, as long as both reach the database.
 */
export function startWorker(handlers: Partial<Handlers>): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = keepWorking(handlers, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

async function keepWorking(handlers: Partial<Handlers>, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const began = Date.now();
    await work(handlers, signal).catch((error: unknown) => {
      // Once an outage: it may be long.
      log()[failures === 0 ? "warn" : "debug"]({ err: error }, "worker: begins again");
    });
    if (Date.now() - began > 60_000) failures = 0;
    await sleep(Math.min(MAX_PAUSE_MS, 100 * 2 ** failures), undefined, { signal }).catch(() => undefined);
  }
}

/** One life of graphile-worker; ends when it is told to, or rejects with what ended it. */
async function work(handlers: Partial<Handlers>, signal: AbortSignal): Promise<void> {
  const pool = openPool();
  const over = new AbortController();
  // Typed as an interface of graphile-worker's own, which an EventEmitter satisfies.
  const events = new EventEmitter() as WorkerEvents;
  let guard: Promise<void> | undefined;
  const count = { done: 0, failed: 0 };
  events.on("job:success", () => count.done++);
  events.on("job:error", () => count.failed++);
  events.once("pool:create", ({ workerPool }) => {
    guard = standGuard(pool, workerPool.id, count, over.signal);
  });
  try {
    const options = {
      pgPool: pool,
      concurrency: CONCURRENCY,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: workerLogger(),
      events,
      // In batches, even of one: outside of them a job that cannot be noted as done is a rejection that nobody handles.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    };
    // No cron items: without this, it looks for a file of them in the current folder.
    const runner = await run({ ...options, taskList: taskList(handlers, pool) }, undefined, []);
    const stop = () => void runner.stop().catch(() => undefined);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    await runner.promise.finally(() => signal.removeEventListener("abort", stop));
  } finally {
    over.abort();
    await guard;
    await pool.end();
  }
}

function openPool(): pg.Pool {
  const pool = new pg.Pool({
    connectionString: env().DATABASE_URL,
    application_name: "foyer worker",
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A connection that breaks fails its query too, and that is where it is dealt with.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

function taskList(handlers: Partial<Handlers>, pool: pg.Pool): TaskList {
  const list: TaskList = {};
  for (const [name, handler] of Object.entries(handlers)) {
    const task: Task = (payload, { job, abortSignal }) =>
      alone(pool, String(job.id), () =>
        // `addJob` is the only way in, and its types tie payload to name; here they meet again as JSON.
        (handler as (payload: unknown, job: Job) => Promise<unknown>)(payload, {
          id: String(job.id),
          attempt: job.attempts,
          signal: abortSignal,
        }),
      );
    list[name] = task;
  }
  return list;
}

/** Runs `work` while nobody else runs this job: one whose worker was taken for dead may still be under way. */
async function alone(pool: pg.Pool, jobId: string, work: () => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  let broken: boolean | undefined;
  try {
    const { rows } = await client.query<{ free: boolean }>("SELECT pg_try_advisory_lock($1, hashtext($2)) AS free", [JOB_LOCK, jobId]);
    if (!rows[0]?.free) throw new Error("another worker is still at this job");
    try {
      await work();
    } finally {
      await client.query("SELECT pg_advisory_unlock($1, hashtext($2))", [JOB_LOCK, jobId]).catch(() => {
        broken = true;
      });
    }
  } finally {
    client.release(broken);
  }
}

/**
 * Holds a lock that tells the others that this pool lives, and frees the jobs of pools whose lock nobody holds any more;
 * graphile-worker itself would leave those alone for four hours. What /admin/system shows of it, it notes on the way.
 */
async function standGuard(pool: pg.Pool, poolId: string, count: { done: number; failed: number }, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const client = await pool.connect().catch(() => null);
    try {
      await client?.query("SELECT pg_advisory_lock($1, hashtext($2))", [POOL_LOCK, poolId]);
      while (client && !signal.aborted) {
        await client.query(TAKE_OVER, [POOL_LOCK, poolId]);
        await client.query(BEAT, [poolId, count.done, count.failed]);
        await sleep(GUARD_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
    } catch (error) {
      log().debug({ err: error }, "worker: guard");
    }
    client?.release(true);
    await sleep(MAX_PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A pool that has only just taken its first job may not have its lock yet: ten seconds are enough. */
const TAKE_OVER = `
  WITH held AS MATERIALIZED (
    SELECT DISTINCT locked_by FROM graphile_worker.jobs WHERE locked_at < now() - interval '10 seconds' AND locked_by <> $2
  ), gone AS MATERIALIZED (SELECT locked_by FROM held WHERE pg_try_advisory_xact_lock($1, hashtext(locked_by)))
  SELECT graphile_worker.force_unlock_workers(array_agg(locked_by)) FROM gone HAVING count(*) > 0`;

const BEAT = `
  WITH gone AS (DELETE FROM "Worker" WHERE "beatAt" < now() - interval '7 days' AND "id" <> $1)
  INSERT INTO "Worker" ("id", "done", "failed") VALUES ($1, $2, $3)
  ON CONFLICT ("id") DO UPDATE SET "beatAt" = now(), "done" = $2, "failed" = $3`;

/** graphile-worker's words in our log. It tries again by itself whatever it calls an error; its details hold whole jobs. */
function workerLogger(): Logger {
  const levels = { error: "warn", warning: "warn", info: "debug", debug: "trace" } as const;
  return new Logger(() => (level, message) => log()[levels[level]](`worker: ${message}`));
}
