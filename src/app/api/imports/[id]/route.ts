import { handler } from "@/access/door";
import { importIdSchema } from "@/features/people-jobs/import/schema";
import { importReport } from "@/features/people-jobs/import-queries";

/** Every difference and every refused row of a dry run, as CSV. */
export const GET = handler({ can: ["create", "PeopleJob"], rate: "read" }, { params: importIdSchema }, async ({ params }, entry) => {
  const headers = { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="import.csv"' };
  return new Response(await importReport(entry, params.id), { headers });
});
