import { handler } from "@/access/door";
import { exportPost } from "@/features/studio/blog/changes";
import { postIdSchema } from "@/features/studio/blog/schema";
import { exportBodySchema, startedAnswerSchema } from "@/features/studio/documents/schema";

/** Has a document made in this format: `{ jobId }`, followed at /api/jobs/[id]. */
export const POST = handler(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  { params: postIdSchema, body: exportBodySchema, answer: startedAnswerSchema },
  async ({ params, body }, entry) => {
    const job = await exportPost(entry, params.id, body.format);
    return Response.json({ jobId: job.id }, { status: 202 });
  },
);
