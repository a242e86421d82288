import { createReadStream } from "node:fs";
import type { Recorder } from "../src/access/audit";
import { type Changed, importBatch, type Outcome, type Refusal } from "../src/features/people-jobs/import/batch";
import { type Batch, readBatches } from "../src/features/people-jobs/import/batches";
import type { ImportFormat } from "../src/features/people-jobs/import/limits";
import { placeAfter } from "../src/features/people-jobs/import/place";
import { AT_A_TERMINAL, type ImportParams, type ImportPlace, importPlaceSchema } from "../src/features/people-jobs/import/schema";
import { endJob, noteBatch } from "../src/features/people-jobs/progress";
import messages from "../src/i18n/messages/en.json" with { type: "json" };
import { db, isUniqueViolation, isWriteConflict, type Transaction } from "../src/lib/db";
import type { Refused } from "./import-report";

const DAY_MS = 24 * 3_600_000;
const KEPT_DAYS = 30;
const ATTEMPTS = 3;
const PROGRESS_ROWS = 10_000;
const NONE = { ...importPlaceSchema.parse({}), refused: 0 };

/** What an import did, or would do, so far. */
export type Totals = ImportPlace & { refused: number };
interface Asked {
  from: ImportFormat;
  path: string;
  dryRun: boolean;
  roles: boolean;
  digest: string;
}
interface Watch {
  onResume(row: number): void;
  onProgress(totals: Totals): void;
  onBatch(batch: { changes: Changed[]; refusals: Refused[] }): Promise<void>;
  onRefusal(refusal: Refused): void;
}

/**
 * Imports a file in transactions of 500 rows, each with its place in a PeopleJob row: the same file goes on where it was killed.
 * A dry run leaves nothing behind. Its last word is the sum over all its runs.
 */
export async function importFile(asked: Asked, watch: Watch): Promise<Totals> {
  const job = asked.dryRun ? null : await openJob(asked);
  let totals = job?.totals ?? NONE;
  if (totals.rows > 0) watch.onResume(totals.rows);
  let told = totals.rows;
  for await (const batch of readBatches(createReadStream(asked.path), asked.from, totals.rows)) {
    const outcome = await (job
      ? commit(job.id, asked, batch, totals)
      : importBatch(db(), nothing, batch.people, { ...asked, jobId: AT_A_TERMINAL }));
    totals = sum(totals, batch, outcome);
    const named = refusalsOf(batch, outcome).map(inWords);
    await watch.onBatch({ changes: outcome.changes, refusals: named });
    for (const refusal of named) watch.onRefusal(refusal);
    if (totals.rows - told < PROGRESS_ROWS) continue;
    told = totals.rows;
    watch.onProgress(totals);
  }
  if (job) await close(job.id, totals);
  return totals;
}

const nothing: Recorder = async () => undefined;

function sum(before: Totals, batch: Batch, outcome: Outcome): Totals {
  // What would change, the terminal shows itself.
  const place = placeAfter(before, batch, outcome, { dryRun: false, percent: 0 });
  return { ...place, refused: before.refused + refusalsOf(batch, outcome).length };
}

function refusalsOf(batch: Batch, outcome: Outcome): Refusal[] {
  return [...batch.refusals, ...outcome.refusals].sort((a, b) => a.row - b.row);
}

/** The job of this very file that was not finished, or a new one. */
async function openJob({ from, roles, digest }: Asked): Promise<{ id: string; totals: Totals }> {
  const params: ImportParams = { from, roles, dryRun: false, digest };
  const where = { kind: "IMPORT", status: "RUNNING", createdById: AT_A_TERMINAL, params: { equals: params } } as const;
  const open = await db().peopleJob.findFirst({ where, select: { id: true, cursor: true, refused: true }, orderBy: { createdAt: "desc" } });
  if (open) return { id: open.id, totals: { ...importPlaceSchema.parse(open.cursor ?? {}), refused: open.refused } };
  return db().$transaction(async (tx) => {
    const now = new Date();
    const expiresAt = new Date(now.getTime() + KEPT_DAYS * DAY_MS);
    const data = { kind: "IMPORT", status: "RUNNING", createdById: AT_A_TERMINAL, params, startedAt: now, expiresAt } as const;
    const { id } = await tx.peopleJob.create({ data, select: { id: true } });
    await recorder(tx)({ action: "people_job.started", subjectType: "PeopleJob", subjectId: id, after: { kind: "IMPORT", from, roles } });
    return { id, totals: NONE };
  });
}

/** One transaction: what the batch changes, its refusals, and the place to go on from. */
async function commit(jobId: string, { from, roles }: Asked, batch: Batch, before: Totals): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db().$transaction(
        async (tx) => {
          const outcome = await importBatch(tx, recorder(tx), batch.people, { from, roles, dryRun: false, jobId });
          const { refused: _, ...cursor } = sum(before, batch, outcome);
          const refusals = refusalsOf(batch, outcome);
          await noteBatch(tx, jobId, { cursor: { ...cursor, shown: [] }, done: batch.people.length - outcome.refusals.length, refusals });
          return outcome;
        },
        { maxWait: 5_000, timeout: 60_000 },
      );
    } catch (error) {
      // Somebody registered, or was changed, at the same moment: it is looked at again.
      if (attempt === ATTEMPTS || !(isWriteConflict(error) || isUniqueViolation(error))) throw error;
    }
  }
}

async function close(id: string, { rows: total }: Totals): Promise<void> {
  await db().$transaction(async (tx) => {
    await noteBatch(tx, id, { cursor: null, done: 0, refusals: [], total });
    await endJob(tx, recorder(tx), id, { status: "DONE" });
  });
}

function recorder(tx: Transaction): Recorder {
  return async (rows) => {
    await tx.auditEvent.createMany({ data: [rows].flat().map((row) => ({ userAgent: "npm run import", ...row })) });
  };
}

function inWords({ row, subject, reason, field }: Refusal): Refused {
  return { row, subject, words: messages.peopleJobs.refusals[reason], ...(field && { field }) };
}
