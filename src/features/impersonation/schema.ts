import { z } from "zod";
import { line } from "@/lib/text";

const MIN_REASON = 10;

export const impersonateSchema = z.strictObject({
  userId: z.uuid().toLowerCase(),
  reason: line(300, MIN_REASON),
  /** "on" to change things as well. */
  write: z.literal("on").optional(),
});
export const endImpersonationSchema = z.strictObject({});
export const setImpersonationRightSchema = z.strictObject({ userId: z.uuid().toLowerCase(), may: z.enum(["yes", "no"]) });
