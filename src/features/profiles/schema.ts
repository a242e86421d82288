import { z } from "zod";
import { line, paragraph } from "@/lib/text";

export const MAX_INTERESTS = 10;
export const MAX_BIO_CHARS = 1_000;

/** Comma separated in the form, so that it works without JavaScript; each interest once, in the order typed. */
const interests = z
  .string()
  .max(1_000)
  .transform((text) => [
    ...new Map(
      text
        .split(/[,\n]/)
        .map((word) => word.trim())
        .filter(Boolean)
        .map((word) => [word.toLowerCase(), word]),
    ).values(),
  ])
  .pipe(z.array(line(40, 1)).min(1, "required").max(MAX_INTERESTS, "too_many"));

/** The profile a member completes, and edits later. `callbackUrl` is where they were going. */
export const profileSchema = z.strictObject({
  name: line(100, 2),
  city: line(100, 2),
  interests,
  bio: paragraph(MAX_BIO_CHARS, 1),
  callbackUrl: z.string().max(2_000).optional(),
});
