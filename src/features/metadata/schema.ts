import { z } from "zod";

/** Of one part, as JSON in UTF-8. */
export const MAX_METADATA_BYTES = 8_192;
/** Public: an admin writes, the person reads. Private: admins alone. Unsafe: the person writes, so that no rule looks at it. */
export const PARTS = ["public", "private", "unsafe"] as const;
export type Part = (typeof PARTS)[number];
export const COLUMN_OF = { public: "publicMetadata", private: "privateMetadata", unsafe: "unsafeMetadata" } as const satisfies Record<
  Part,
  string
>;

export type Metadata = { [key: string]: Json };
type Json = string | number | boolean | null | Json[] | Metadata;

/** NUL and halves of surrogate pairs, which PostgreSQL's jsonb cannot keep; as JSON.stringify writes them. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** A JSON object that fits a part; an error is the key of its text. */
export const metadataSchema = z.custom<Metadata>().check(({ value, issues }) => {
  const fault = faultOf(value);
  if (fault) issues.push({ code: "custom", message: fault, input: value });
});

/** The same, written by hand in the editor. */
const metadataText = z
  .string()
  .max(4 * MAX_METADATA_BYTES, "metadata_large")
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text.trim() || "{}");
    } catch {
      context.addIssue({ code: "custom", message: "metadata_json" });
      return z.NEVER;
    }
  })
  .pipe(metadataSchema);

/** `was` is what the editor showed: what somebody else wrote meanwhile is not overwritten. */
export const setMetadataSchema = z.strictObject({
  userId: z.uuid().toLowerCase(),
  part: z.enum(["public", "private"]),
  json: metadataText,
  was: metadataText,
});

export const updateMeSchema = z.strictObject({ unsafeMetadata: metadataSchema });

function faultOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "metadata_object";
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MAX_METADATA_BYTES) return "metadata_large";
  return UNSTORABLE.test(text) ? "characters" : null;
}
