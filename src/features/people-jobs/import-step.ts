import "server-only";
import { lockAdmins } from "@/access/admins";
import type { Doer } from "@/access/doer";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { storageOf } from "@/storage";
import type { Storage } from "@/storage/storage";
import { importBatch } from "./import/batch";
import { type Batch, readBatches } from "./import/batches";
import { placeAfter } from "./import/place";
import { type ImportParams, importParamsSchema, importPlaceSchema } from "./import/schema";
import { JobFailure, type PeopleJob, type PeopleJobStep } from "./runner";

const CHUNK_BYTES = 1_048_576;
/** A file nobody goes on with, because its job was cancelled, is let go after this. */
const IDLE_MS = 60_000;

/** A file that is being read, and where: from one batch to the next it is not read from its beginning again. */
interface OpenFile {
  jobId: string;
  rows: number;
  batches: AsyncGenerator<Batch>;
  idle: NodeJS.Timeout;
}
let open: OpenFile | null = null;

/** Imports the job's file batch by batch, or only looks what that would change. Whoever asked has to be allowed to, at each. */
export const importStep: PeopleJobStep = async ({ job, cursor }) => {
  const params = importParamsSchema.parse(job.params);
  const place = importPlaceSchema.parse(cursor ?? {});
  const sizeBytes = await sizeOf(job);
  const file = open?.jobId === job.id && open.rows === place.rows ? open : begin(job, params, place.rows);
  const batch = await next(file);
  if (!batch) return async () => ({ cursor: null, done: 0, refusals: [], total: place.rows });
  const percent = Math.min(99, Math.floor((100 * batch.bytes) / sizeBytes));
  return async ({ tx, record, doer }) => {
    if (params.roles) await assertMayRaise(tx, doer);
    const outcome = await importBatch(tx, record, batch.people, { ...params, jobId: job.id });
    const refusals = [...batch.refusals, ...outcome.refusals];
    return {
      cursor: placeAfter(place, batch, outcome, { ...params, percent }),
      done: batch.people.length - outcome.refusals.length,
      refusals,
    };
  };
};

/** As for one person alone: an admin is made by whoever is one, until this transaction ends, and may change roles. */
async function assertMayRaise(tx: Transaction, { userId, ability }: Doer): Promise<void> {
  const admins = await lockAdmins(tx);
  if (!admins.has(userId) || !ability.can("update", "User", "role")) throw new AppError("forbidden", "rights_lost");
}

/** The bytes of an object of the store, a piece at a time. Throws JobFailure when it is not there any more. */
export async function* bytesOf(store: Storage, key: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const chunk = await store.readRange(key, at, at + CHUNK_BYTES - 1);
    if (!chunk && at === 0) throw new JobFailure("failed");
    if (!chunk || chunk.byteLength === 0) return;
    at += chunk.byteLength;
    yield chunk;
    if (chunk.byteLength < CHUNK_BYTES) return;
  }
}

async function sizeOf({ provider, objectKey }: PeopleJob): Promise<number> {
  const found = provider && objectKey ? await storageOf(provider).head(objectKey) : null;
  if (!found) throw new JobFailure("failed");
  return Math.max(1, found.sizeBytes);
}

function begin({ id: jobId, provider, objectKey }: PeopleJob, { from }: ImportParams, rows: number): OpenFile {
  letGo();
  const batches = readBatches(bytesOf(storageOf(provider ?? "LOCAL"), objectKey ?? ""), from, rows);
  const idle = setTimeout(letGo, IDLE_MS).unref();
  open = { jobId, rows, batches, idle };
  return open;
}

async function next(file: OpenFile): Promise<Batch | null> {
  try {
    file.idle.refresh();
    const { done, value } = await file.batches.next();
    if (done) letGo();
    else file.rows = value.upTo;
    return done ? null : value;
  } catch (error) {
    // What failed in the middle would look like the end of the file.
    letGo();
    throw error;
  }
}

function letGo(): void {
  if (!open) return;
  clearTimeout(open.idle);
  void open.batches.return(undefined).catch(() => undefined);
  open = null;
}
