import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { INVISIBLE, line } from "@/lib/text";

export const FILES_PAGE_SIZE = 50;

/** A file's name as shown and downloaded: no folders, no tricks, at most 255 characters. */
export const fileNameSchema = z
  .string()
  .max(2_000)
  .transform((name) => (name.split(/[/\\]/).pop() ?? "").replace(INVISIBLE, ""))
  .pipe(line(255, 1))
  .refine((name) => !/^\.+$/.test(name), "invalid");

export const requestUploadSchema = z.strictObject({
  name: fileNameSchema,
  sizeBytes: z.int().min(1, "empty_file"),
  contentType: z.string().max(200),
});

export const fileIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const renameFileSchema = z.strictObject({ id: z.uuid().toLowerCase(), name: fileNameSchema });
export const filesQuerySchema = z.strictObject({ cursor: cursorSchema.optional() });
/** Why somebody else's private bytes are read; their owner needs none. */
export const downloadQuerySchema = z.strictObject({ reason: line(300, 10).optional() });
