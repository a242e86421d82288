import { z } from "zod";

/** Of one part of a person's metadata, as JSON in UTF-8. */
export const MAX_METADATA_BYTES = 8_192;

/** Deeper than anybody means it: shown with its indentation it grows by the square, and what walks it runs out of stack. */
const MAX_DEPTH = 32;

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
  if (isDeep(value)) return "metadata_deep";
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MAX_METADATA_BYTES) return "metadata_large";
  return UNSTORABLE.test(text) ? "characters" : null;
}

/** Level by level: a walk that calls itself could be made to run out of stack. */
function isDeep(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= MAX_DEPTH) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}
