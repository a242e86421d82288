import { handler } from "@/access/door";
import { issueExportDownload } from "@/features/data-exports/changes";
import { exportIdSchema } from "@/features/data-exports/schema";

/** Leads to the archive by a short-lived signed URL. */
export const GET = handler(
  { can: ["read", "DataExport"], rate: "read" },
  { params: exportIdSchema, answer: "redirect" },
  async ({ params }, entry) => {
    const { url } = await issueExportDownload(entry, params.id);
    return new Response(null, { status: 302, headers: { Location: url, "Cache-Control": "private, no-store" } });
  },
);
