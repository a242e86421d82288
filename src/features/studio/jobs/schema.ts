import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";

export const JOBS_PAGE_SIZE = 50;

const kindSchema = z.enum(["IMAGE", "VIDEO", "BOOK", "BLOG"]);

export const jobIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const jobsQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
  kind: kindSchema.optional(),
});

/** An event's id as it was sent. Anything else a browser repeats is no reason to refuse it a stream: it begins anew. */
export const eventIdSchema = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt);
/** The last event a page has seen, where its browser cannot say it by Last-Event-ID: a new EventSource has none. */
export const eventsQuerySchema = z.strictObject({ after: eventIdSchema.optional() });

const id = z.uuid();
const moment = z.iso.datetime();
/** How a job stands, and what is made by it. */
export const jobStatusSchema = z.enum(["PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"]);
/** What docs/openapi.json says of a job: how it stands, what it is for and when. */
const job = z.strictObject({
  id,
  kind: kindSchema,
  status: jobStatusSchema,
  step: z.string().nullable(),
  progress: z.number().int().min(0).max(100),
  error: z.string().nullable(),
  attempt: z.number().int(),
  imageGenerationId: id.nullable(),
  videoGenerationId: id.nullable(),
  bookId: id.nullable(),
  blogPostId: id.nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  completedAt: moment.nullable(),
});
const result = z.strictObject({ id, name: z.string(), sizeBytes: z.number(), contentType: z.string(), jobIndex: z.number().nullable() });

export const jobsAnswerSchema = z.strictObject({ jobs: z.array(job), next: z.string().nullable() });
export const jobAnswerSchema = job.extend({ files: z.array(result) });
export const jobStatusAnswerSchema = job.pick({ id: true, status: true, step: true, progress: true, error: true, attempt: true });
