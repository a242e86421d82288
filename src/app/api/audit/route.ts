import { handler } from "@/access/door";
import { exportAudit } from "@/features/audit/queries";
import { auditFilterSchema } from "@/features/audit/schema";

/** The audit log as CSV, with the filters of /admin/audit. */
export const GET = handler(
  { can: ["read", "Dashboard"], rate: "read" },
  { query: auditFilterSchema, answer: "csv" },
  async ({ query }, entry) => {
    const headers = { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="audit.csv"' };
    return new Response(await exportAudit(entry, query), { headers });
  },
);
