import { z } from "zod";
import { paragraph } from "@/lib/text";
import { MAX_PROMPT_CHARS } from "./limits";

export const promptSchema = paragraph(MAX_PROMPT_CHARS, 1);

/** A picture of one's own to begin with; a form without one sends an empty field. */
export const inputPictureSchema = z.union([z.literal("").transform(() => undefined), z.uuid().toLowerCase()]).optional();

/** A whole number of a form. */
export function count(min: number, max: number) {
  return z.coerce.number().int().min(min).max(max);
}
