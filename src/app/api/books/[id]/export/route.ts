import { handler } from "@/access/door";
import { exportBook } from "@/features/studio/books/changes";
import { bookIdSchema } from "@/features/studio/books/schema";
import { exportBodySchema, startedAnswerSchema } from "@/features/studio/documents/schema";

/** Has a document made in this format: `{ jobId }`, followed at /api/jobs/[id]. */
export const POST = handler(
  { can: ["update", "Book"], rate: "write", impersonated: "write" },
  { params: bookIdSchema, body: exportBodySchema, answer: startedAnswerSchema },
  async ({ params, body }, entry) => {
    const job = await exportBook(entry, params.id, body.format);
    return Response.json({ jobId: job.id }, { status: 202 });
  },
);
