import { handler } from "@/access/door";
import { peopleReport } from "@/features/people-jobs/queries";
import { peopleJobIdSchema } from "@/features/people-jobs/schema";

/** Whom a job left alone and why, as CSV. */
export const GET = handler(
  { can: ["read", "PeopleJob"], rate: "read" },
  { params: peopleJobIdSchema, answer: "csv" },
  async ({ params }, entry) => {
    const headers = { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="report.csv"' };
    return new Response(await peopleReport(entry, params.id), { headers });
  },
);
