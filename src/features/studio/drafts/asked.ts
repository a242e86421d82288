import { z } from "zod";

const askedSchema = z.object({ draft: z.string() });

/** Of the jobs of a book or a post those that draft a text; the others make a document of what is written. */
export const DRAFTS = { params: { path: ["draft"], string_starts_with: "" } };

/** The words a draft was asked for by; null of any other job. */
export function promptOf(params: unknown): string | null {
  return askedSchema.safeParse(params).data?.draft ?? null;
}
