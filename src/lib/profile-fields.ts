import { line, paragraph } from "./text";

export const MAX_INTERESTS = 10;
export const MAX_BIO_CHARS = 1_000;

/** The name of a person as everybody sees it; at most 100 characters. */
export function personName(min = 0) {
  return line(100, min);
}

/** Where a person lives; at most 100 characters. */
export function cityName(min = 0) {
  return line(100, min);
}

/** One interest, of at most 40 characters. */
export const interest = line(40, 1);

/** What a person says of themselves; at most MAX_BIO_CHARS characters. */
export function biography(min = 0) {
  return paragraph(MAX_BIO_CHARS, min);
}
