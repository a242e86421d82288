import { z } from "zod";
import { MAX_METADATA_BYTES, metadataSchema } from "@/lib/metadata";

/** Public: an admin writes, the person reads. Private: admins alone. Unsafe: the person writes, so that no rule looks at it. */
export const PARTS = ["public", "private", "unsafe"] as const;
export type Part = (typeof PARTS)[number];
export const COLUMN_OF = { public: "publicMetadata", private: "privateMetadata", unsafe: "unsafeMetadata" } as const satisfies Record<
  Part,
  string
>;

/** A part, written by hand in the editor. */
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
