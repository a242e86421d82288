import "server-only";
import { z } from "zod";
import { change, confirm } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { csvLine, csvStream } from "@/lib/csv";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { storageOf } from "@/storage";
import { AT_A_TERMINAL, type ImportPlace, importParamsSchema, importPlaceSchema } from "./import/schema";
import { differenceLines } from "./import-queries";
import { bytesOf } from "./import-step";
import { type PeopleJobKind, WHOLE_JOB } from "./schema";

const JOBS_PAGE_SIZE = 25;
export const REPORT_PAGE_SIZE = 50;
const CSV_BATCH = 1_000;

const JOB = {
  id: true,
  kind: true,
  status: true,
  createdById: true,
  params: true,
  total: true,
  done: true,
  refused: true,
  cancelAskedAt: true,
  sizeBytes: true,
  createdAt: true,
  startedAt: true,
  finishedAt: true,
  expiresAt: true,
} as const;

/** A page of the jobs that are kept, the latest first, with the names of who asked as they are today. */
export async function listPeopleJobs(entry: Entry, cursor: Cursor | undefined) {
  const allowed = accessibleBy(entry.ability).ofType("PeopleJob");
  const from = cursor ? after("createdAt", "desc", cursor, (value) => cursorDate(value) ?? new Date(0)) : {};
  const found = await db().peopleJob.findMany({
    where: { AND: [allowed, { expiresAt: { gt: new Date() } }, from] },
    select: JOB,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: JOBS_PAGE_SIZE + 1,
  });
  const { rows, next } = page(found, JOBS_PAGE_SIZE, ({ createdAt }) => createdAt);
  const names = await namesOf(
    entry,
    rows.map(({ createdById }) => createdById),
  );
  return { jobs: rows.map((job) => asListed(job, names)), next };
}
export type ListedJob = Awaited<ReturnType<typeof listPeopleJobs>>["jobs"][number];

/**
 * One job, and of an import or the check of a file what it found, both of the same moment; null when it is not there, over its
 * days, or not for these eyes.
 */
export async function getPeopleJob(entry: Entry, id: string): Promise<{ job: ListedJob; found: ImportFound | null } | null> {
  const row = await db().peopleJob.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("PeopleJob"), { id, expiresAt: { gt: new Date() } }] },
    select: { ...JOB, cursor: true, objectKey: true },
  });
  if (!row) return null;
  const { cursor, objectKey, ...job } = row;
  // Written by import-step.ts alone, and at a terminal by scripts/import-run.ts.
  const found = job.kind === "IMPORT" ? { found: importPlaceSchema.parse(cursor ?? {}), hasFile: objectKey !== null } : null;
  return { job: asListed(job, await namesOf(entry, [job.createdById])), found };
}
export type ImportFound = { found: ImportPlace; hasFile: boolean };

function asListed<Job extends { kind: PeopleJobKind; params: unknown; createdById: string }>(job: Job, names: Map<string, string>) {
  return {
    ...job,
    by: names.get(job.createdById) ?? null,
    /** It only looks what an import would change. */
    isCheck: job.kind === "IMPORT" && importParamsSchema.safeParse(job.params).data?.dryRun === true,
    /** It runs in a process of its own, which is ended where it was begun. */
    isAtTerminal: job.createdById === AT_A_TERMINAL,
  };
}

/** Why a job ended early; null when it did not. */
export async function getJobEnd(entry: Entry, jobId: string) {
  return db().peopleJobRefusal.findFirst({
    where: { jobId, row: WHOLE_JOB, job: accessibleBy(entry.ability).ofType("PeopleJob") },
    select: { reason: true, field: true },
  });
}

/** A page of whom a job left alone and why, in the order of their rows, with the names of people as they are today. */
export async function listRefusals(entry: Entry, jobId: string, afterRow = WHOLE_JOB) {
  const found = await refusalsAfter(entry, jobId, afterRow, REPORT_PAGE_SIZE + 1);
  const rows = found.slice(0, REPORT_PAGE_SIZE);
  const names = await namesOf(
    entry,
    rows.map(({ subject }) => subject),
  );
  const refusals = rows.map((row) => ({ ...row, name: names.get(row.subject) ?? null }));
  return { refusals, next: found.length > REPORT_PAGE_SIZE ? (rows.at(-1)?.row ?? null) : null };
}

/**
 * The whole report as CSV, in constant memory, remembered in the audit log: of a check whose file is still there every difference
 * too. Throws AppError "not_found" when there is no such job.
 */
export async function peopleReport(entry: Entry, jobId: string): Promise<ReadableStream<Uint8Array>> {
  const { isCheck, provider, objectKey, params } = await change(entry, async (tx, record) => {
    const where = { AND: [accessibleBy(entry.ability).ofType("PeopleJob"), { id: jobId, expiresAt: { gt: new Date() } }] };
    const job = await tx.peopleJob.findFirst({ where, select: { ...JOB, provider: true, objectKey: true } });
    if (!job) throw new AppError("not_found");
    await record({ action: "people_job.report_exported", subjectType: "PeopleJob", subjectId: jobId });
    return asListed(job, new Map());
  });
  if (!isCheck || !provider || !objectKey) return csvStream(reportLines(entry, jobId));
  return csvStream(differenceLines(entry, { id: jobId, bytes: bytesOf(storageOf(provider), objectKey), params }));
}

async function* reportLines(entry: Entry, jobId: string): AsyncGenerator<string, undefined> {
  yield csvLine(["row", "subject", "reason", "field"]);
  for (let last: number | null = WHOLE_JOB; last !== null; ) {
    // Somebody who is banned or signed out meanwhile gets no further line.
    await confirm(entry);
    const rows: Awaited<ReturnType<typeof refusalsAfter>> = await refusalsAfter(entry, jobId, last, CSV_BATCH);
    if (rows.length > 0) yield rows.map(({ row, subject, reason, field }) => csvLine([row, subject, reason, field])).join("");
    last = rows.length === CSV_BATCH ? (rows.at(-1)?.row ?? null) : null;
  }
}

function refusalsAfter(entry: Entry, jobId: string, row: number, take: number) {
  return db().peopleJobRefusal.findMany({
    where: { jobId, row: { gt: row }, job: accessibleBy(entry.ability).ofType("PeopleJob") },
    select: { row: true, subject: true, reason: true, field: true },
    orderBy: { row: "asc" },
    take,
  });
}

async function namesOf(entry: Entry, ids: string[]): Promise<Map<string, string>> {
  const people = await db().user.findMany({
    where: {
      AND: [
        accessibleBy(entry.ability).ofType("User"),
        { id: { in: [...new Set(ids)].filter((id) => z.uuid().safeParse(id).success) }, deletedAt: null },
      ],
    },
    select: { id: true, name: true, email: true },
  });
  return new Map(people.map(({ id, name, email }) => [id, name || email]));
}
