import { handler } from "@/access/door";
import { issuePeopleDownload } from "@/features/people-jobs/downloads";
import { peopleJobIdSchema } from "@/features/people-jobs/schema";

/** Leads to an export of people by a short-lived signed URL. */
export const GET = handler(
  { can: ["download", "PeopleJob"], rate: "read" },
  { params: peopleJobIdSchema, answer: "redirect" },
  async ({ params }, entry) => {
    const { url } = await issuePeopleDownload(entry, params.id);
    return new Response(null, { status: 302, headers: { Location: url, "Cache-Control": "private, no-store" } });
  },
);
