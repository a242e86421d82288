import { z } from "zod";

const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const CONTROL_BUT_NEWLINES = /[\p{Cs}\u2028\u2029]|(?![\n\r\t])\p{Cc}/u;

/** One line of text a person typed: NFC, trimmed, no control characters or lone surrogates; limits in characters. */
export function line(max: number, min = 0) {
  return text(max, min, CONTROL);
}

/** Text with line breaks, otherwise like `line`. */
export function paragraph(max: number, min = 0) {
  return text(max, min, CONTROL_BUT_NEWLINES);
}

function text(max: number, min: number, refused: RegExp) {
  return (
    z
      .string()
      .max(max * 4, "too_long")
      .refine((value) => !refused.test(value), "characters")
      // A form sends each line break as two characters; its maxlength counts one.
      .transform((value) => value.replace(/\r\n?/g, "\n").normalize("NFC").trim())
      .pipe(z.string().min(min).max(max))
  );
}
