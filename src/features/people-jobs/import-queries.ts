import "server-only";
import { confirm } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { csvLine } from "@/lib/csv";
import { db } from "@/lib/db";
import { importBatch } from "./import/batch";
import { readBatches } from "./import/batches";
import { importParamsSchema } from "./import/schema";
import { valueText } from "./import/shown";

/**
 * Every difference and every refused row of a file, as lines of CSV in constant memory: looked up anew while it is read, so that it
 * says what an import would do now.
 */
export async function* differenceLines(
  entry: Entry,
  { id: jobId, bytes, params }: { id: string; bytes: AsyncIterable<Uint8Array>; params: unknown },
): AsyncGenerator<string, undefined> {
  const { from, roles } = importParamsSchema.parse(params);
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
