import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";

export const JOBS_PAGE_SIZE = 50;

export const jobIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const jobsQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
  kind: z.enum(["IMAGE", "VIDEO", "BOOK", "BLOG"]).optional(),
});

/** An event's id as it was sent. Anything else a browser repeats is no reason to refuse it a stream: it begins anew. */
export const eventIdSchema = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt);
/** The last event a page has seen, where its browser cannot say it by Last-Event-ID: a new EventSource has none. */
export const eventsQuerySchema = z.strictObject({ after: eventIdSchema.optional() });
