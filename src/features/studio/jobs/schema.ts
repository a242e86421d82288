import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";

export const JOBS_PAGE_SIZE = 50;

export const jobIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const jobsQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
  kind: z.enum(["IMAGE", "VIDEO", "BOOK", "BLOG"]).optional(),
});
