import { handler } from "@/access/door";
import { getJob } from "@/features/studio/jobs/queries";
import { jobIdSchema, jobStatusAnswerSchema } from "@/features/studio/jobs/schema";

/** How far a job is, for whoever polls: status, step, percentage, why it failed and which attempt it is. */
export const GET = handler(
  { can: ["read", "Job"], rate: "read" },
  { params: jobIdSchema, answer: jobStatusAnswerSchema },
  async ({ params }, entry) => {
    const { id, status, step, progress, error, attempt } = await getJob(entry, params.id);
    return { id, status, step, progress, error, attempt };
  },
);
