import { handler } from "@/access/door";
import { cancelJob } from "@/features/studio/jobs/changes";
import { getJob } from "@/features/studio/jobs/queries";
import { jobAnswerSchema, jobIdSchema } from "@/features/studio/jobs/schema";

/** A job and its results, each with the id by which /api/files/[id] leads to its bytes. */
export const GET = handler({ can: ["read", "Job"], rate: "read" }, { params: jobIdSchema, answer: jobAnswerSchema }, ({ params }, entry) =>
  getJob(entry, params.id),
);

/** Cancels the job; what has arrived stays. */
export const DELETE = handler(
  { can: ["update", "Job"], rate: "write", impersonated: "write" },
  { params: jobIdSchema, answer: "nothing" },
  async ({ params }, entry) => {
    await cancelJob(entry, params.id);
    return new Response(null, { status: 204 });
  },
);
