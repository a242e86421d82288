import { z } from "zod";
import type { DocumentFormat } from "@/lib/db";
import { line } from "@/lib/text";
import { jobStatusSchema } from "../jobs/schema";
import { MAX_CONTENT_LENGTH, MAX_TITLE_LENGTH } from "./limits";

export const DOCUMENT_FORMATS = ["EPUB", "PDF", "DOCX", "MARKDOWN", "HTML"] as const satisfies DocumentFormat[];
/** What people call a format. */
export const FORMAT_NAMES: Record<DocumentFormat, string> = {
  EPUB: "EPUB",
  PDF: "PDF",
  DOCX: "Word",
  MARKDOWN: "Markdown",
  HTML: "HTML (ZIP)",
};
/** Characters of all chapters of a book that is made into one document: twice War and Peace. */
export const MAX_DOCUMENT_LENGTH = 6_000_000;
/** Of a body of JSON that carries a text of the greatest length, each character of it written as six. */
export const MAX_CONTENT_JSON_LENGTH = 6_100_000;

export const titleSchema = line(MAX_TITLE_LENGTH, 1);
export const languageSchema = z
  .string()
  .max(10, "too_long")
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,6})?$/, "invalid");

const CONTROL = /[\p{Cs}\u2028\u2029]|(?![\n\t])\p{Cc}/u;

/** Markdown as it was typed, spaces and all; a form sends each line break as two characters. */
export const contentSchema = z
  .string()
  .max(MAX_CONTENT_LENGTH * 2, "too_long")
  .transform((text) => text.replace(/\r\n?/g, "\n").normalize("NFC"))
  .pipe(
    z
      .string()
      .max(MAX_CONTENT_LENGTH)
      .refine((text) => !CONTROL.test(text), "characters"),
  );

/** When what is changed was last read: whoever changed it since is not written over. */
export const readAtSchema = z.iso
  .datetime({ precision: 3 })
  // Before 1970 and after 9999 PostgreSQL and JavaScript mean different days, or none.
  .refine((text) => /^(?:19[7-9]|[2-9]\d)\d/.test(text), "invalid")
  .transform((text) => new Date(text));

export const exportSchema = z.strictObject({ id: z.uuid().toLowerCase(), format: z.enum(DOCUMENT_FORMATS) });
export const exportBodySchema = z.strictObject({ format: z.enum(DOCUMENT_FORMATS) });

/** What docs/openapi.json says of an export that was asked for, and of each format. */
export const startedAnswerSchema = z.strictObject({ jobId: z.uuid() });
export const madeAnswerSchema = z.strictObject({ id: z.uuid() });
export const formatsAnswerSchema = z.strictObject({
  formats: z.array(
    z.strictObject({
      format: z.enum(DOCUMENT_FORMATS),
      document: z.strictObject({ id: z.uuid(), name: z.string(), sizeBytes: z.number(), createdAt: z.iso.datetime() }).nullable(),
      job: z
        .strictObject({
          id: z.uuid(),
          status: jobStatusSchema,
          step: z.string().nullable(),
          progress: z.number().int(),
          error: z.string().nullable(),
          attempt: z.number().int(),
          createdAt: z.iso.datetime(),
        })
        .nullable(),
    }),
  ),
});

/** Whether a change says what is to be changed: when it was read is none. */
export function changesSomething({ updatedAt: _, ...change }: Record<string, unknown>): boolean {
  return Object.values(change).some((value) => value !== undefined);
}
