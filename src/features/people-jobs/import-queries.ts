import "server-only";
import { change, confirm } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { csvLine, csvStream } from "@/lib/csv";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { storageOf } from "@/storage";
import { importBatch } from "./import/batch";
import { readBatches } from "./import/batches";
import { importParamsSchema, importPlaceSchema } from "./import/schema";
import { valueText } from "./import/shown";
import { bytesOf } from "./import-step";

const LATEST = 10;
const SHOWN_REFUSALS = 50;
const IMPORT = {
  id: true,
  status: true,
  params: true,
  total: true,
  done: true,
  refused: true,
  cursor: true,
  objectKey: true,
  cancelAskedAt: true,
  createdAt: true,
} as const;

/** The latest imports and dry runs, the newest first. */
export async function listImports(entry: Entry) {
  const rows = await db().peopleJob.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("PeopleJob"), { kind: "IMPORT" }] },
    select: IMPORT,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: LATEST,
  });
  return rows.map(asImport);
}

/** One import with what it found, and the first rows it left alone; null when there is none. */
export async function getImport(entry: Entry, id: string) {
  const row = await db().peopleJob.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("PeopleJob"), { id, kind: "IMPORT" }] },
    select: {
      ...IMPORT,
      refusals: { select: { row: true, subject: true, reason: true, field: true }, orderBy: { row: "asc" }, take: SHOWN_REFUSALS },
    },
  });
  return row && { ...asImport(row), refusals: row.refusals };
}
export type ImportJob = NonNullable<Awaited<ReturnType<typeof getImport>>>;

/**
 * Every difference and every refused row of a dry run as CSV, in constant memory: looked up anew while it is read, so that it says
 * what an import would do now. Throws AppError "not_found" when there is no such job, or its file went over to an import.
 */
export async function importReport(entry: Entry, id: string): Promise<ReadableStream<Uint8Array>> {
  const job = await db().peopleJob.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("PeopleJob"), { id, kind: "IMPORT", objectKey: { not: null } }] },
    select: { params: true, provider: true, objectKey: true },
  });
  if (!job?.objectKey || !job.provider) throw new AppError("not_found");
  const { provider, objectKey, params } = job;
  await change(entry, (_, record) => record({ action: "people_job.download_url_issued", subjectType: "PeopleJob", subjectId: id }));
  return csvStream(reportLines(entry, bytesOf(storageOf(provider), objectKey), params, id));
}

async function* reportLines(
  entry: Entry,
  bytes: AsyncIterable<Uint8Array>,
  given: unknown,
  jobId: string,
): AsyncGenerator<string, undefined> {
  const { from, roles } = importParamsSchema.parse(given);
  yield csvLine(["row", "person", "outcome", "field", "before", "after"]);
  for await (const { people, refusals } of readBatches(bytes, from)) {
    await confirm(entry);
    const outcome = await importBatch(db(), async () => undefined, people, { from, roles, dryRun: true, jobId });
    const lines = [
      ...outcome.changes.flatMap(({ row, subject, kind, differences }) =>
        differences.map(({ field, before, after }) => csvLine([row, subject, kind, field, valueText(before), valueText(after)])),
      ),
      ...[...refusals, ...outcome.refusals].map(({ row, subject, reason, field = "" }) =>
        csvLine([row, subject, "refused", field, null, reason]),
      ),
    ];
    if (lines.length > 0) yield lines.join("");
  }
}

/** Written by src/features/people-jobs/import-step.ts alone, and at a terminal by scripts/import-run.ts. */
function asImport<Row extends { params: unknown; cursor: unknown; objectKey: string | null }>({ params, cursor, objectKey, ...row }: Row) {
  return { ...row, ...importParamsSchema.parse(params), found: importPlaceSchema.parse(cursor ?? {}), hasFile: objectKey !== null };
}
