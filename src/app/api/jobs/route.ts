import { handler } from "@/access/door";
import { listJobs } from "@/features/studio/jobs/queries";
import { jobsAnswerSchema, jobsQuerySchema } from "@/features/studio/jobs/schema";

/** The person's own jobs, newest first: `{ jobs, next }`; `?kind=`, and `?cursor=` with the `next` of the page before. */
export const GET = handler(
  { can: ["read", "Job"], rate: "read" },
  { query: jobsQuerySchema, answer: jobsAnswerSchema },
  ({ query }, entry) => listJobs(entry, query),
);
