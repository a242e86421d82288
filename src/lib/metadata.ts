import { z } from "zod";

/** Of one part of a person's metadata, as JSON in UTF-8. */
export const MAX_METADATA_BYTES = 8_192;

export type Metadata = { [key: string]: Json };
type Json = string | number | boolean | null | Json[] | Metadata;

/** NUL and halves of surrogate pairs, which PostgreSQL's jsonb cannot keep; as JSON.stringify writes them. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** A JSON object that fits a part; an error is the key of its text. */
export const metadataSchema = z.custom<Metadata>().check(({ value, issues }) => {
  const fault = faultOf(value);
  if (fault) issues.push({ code: "custom", message: fault, input: value });
});

function faultOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "metadata_object";
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MAX_METADATA_BYTES) return "metadata_large";
  return UNSTORABLE.test(text) ? "characters" : null;
}
