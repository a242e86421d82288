import { z } from "zod";

const CONTROL = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u;
const CONTROL_BUT_NEWLINES = /[\p{Cs}\u2028\u2029]|(?![\n\r\t])\p{Cc}/u;

/** Characters that show nothing, or turn what stands beside them: a name with them reads as another one. */
export const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2800\ufff9-\ufffb]/gu;

/**
 * One line of text a person typed: NFC, trimmed, no control characters, changes of writing direction or lone surrogates, and
 * not a value that shows nothing; limits in characters.
 */
export function line(max: number, min = 0) {
  return text(max, min, CONTROL);
}

/** Text with line breaks, in which the direction of writing may change; otherwise like `line`. */
export function paragraph(max: number, min = 0) {
  return text(max, min, CONTROL_BUT_NEWLINES);
}

/**
 * A list as it is typed in one field, separated by commas or line breaks, so that it works without JavaScript: each entry once,
 * whatever its capitals, in the order typed.
 */
export const typedList = z
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
  ]);

/** What is one letter, or two, with a mark that no normalisation takes off. */
const UNMARKED: Record<string, string> = { ø: "o", ł: "l", đ: "d", ð: "d", ħ: "h", ŧ: "t", ı: "i", ς: "σ", æ: "ae", œ: "oe", ß: "ss" };

/** The text in lower case without accents, as `foyer_folded` of the migrations makes it: what is alike in both is alike. */
export function folded(text: string): string {
  const bare = text.normalize("NFKD").replace(/[\u0300-\u036f]+/g, "");
  return inLowerCase(bare)
    .replace(/[øłđðħŧıςæœß]/g, (letter) => UNMARKED[letter] ?? letter)
    .normalize("NFC");
}

/** Letter by letter and one for one, as PostgreSQL does: JavaScript makes two of İ, and of Σ another one at the end of a word. */
export function inLowerCase(text: string): string {
  return [...text].map((char) => [...char.toLowerCase()][0] ?? "").join("");
}

/** What is empty is missing, not too short: the first problem is the one that is told. */
function filled(min: number) {
  return min > 1 ? z.string().min(1).min(min) : z.string().min(min);
}

function text(max: number, min: number, refused: RegExp) {
  return (
    z
      .string()
      .max(max * 4, "too_long")
      .refine((value) => !refused.test(value), "characters")
      .refine((value) => value.trim() === "" || value.replace(INVISIBLE, "").trim() !== "", "characters")
      // A form sends each line break as two characters; its maxlength counts one.
      .transform((value) => value.replace(/\r\n?/g, "\n").normalize("NFC").trim())
      .pipe(filled(min).max(max))
  );
}

/** A text without e-mail addresses and control characters. */
export function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>"']+@[^\s<>"']+/g, "(address)").replace(/\p{Cc}+/gu, " ");
}
