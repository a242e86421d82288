import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { day, unset } from "@/lib/query-string";
import { INVISIBLE, line } from "@/lib/text";
import { PARTS_SIGNED_AT_ONCE } from "./limits";

export const FILES_PAGE_SIZE = 50;

/** A file's name as shown and downloaded: no folders, no tricks, at most 255 characters. */
export const fileNameSchema = z
  .string()
  .max(2_000)
  .transform((name) => (name.split(/[/\\]/).pop() ?? "").replace(INVISIBLE, ""))
  .pipe(line(255, 1))
  .refine((name) => !/^\.+$/.test(name), "invalid");

const announcedSchema = z.strictObject({
  name: fileNameSchema,
  sizeBytes: z.int().min(1, "empty_file"),
  contentType: z.string().max(200),
});
/** `use` says what a picture is for, where it is not one of /files: these are small, drawn anew, and seen elsewhere. */
export const requestUploadSchema = announcedSchema.extend({ use: z.enum(["avatar", "cover"]).optional() });

/** `changedAt` is the chosen file's own date, in milliseconds since 1970. */
export const requestMultipartSchema = announcedSchema.extend({ changedAt: z.int().min(0).max(8.64e15).optional() });
export const signPartsSchema = z.strictObject({
  id: z.uuid().toLowerCase(),
  numbers: z.array(z.int().min(1).max(10_000)).min(1).max(PARTS_SIGNED_AT_ONCE),
});
export const fileIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
/** Whose, and which: what its bytes hash to, so that an address never shows another picture. */
export const avatarSchema = z.strictObject({ owner: z.uuid().toLowerCase(), hash: z.string().regex(/^[0-9a-f]{40}$/) });
export const removeAvatarSchema = z.strictObject({});
/** A book of one's own, or a post. */
const coverOfSchema = z.union([z.strictObject({ bookId: z.uuid().toLowerCase() }), z.strictObject({ blogPostId: z.uuid().toLowerCase() })]);
export type CoverOf = z.output<typeof coverOfSchema>;
export const setCoverSchema = z.strictObject({ id: z.uuid().toLowerCase(), of: coverOfSchema });
export const removeCoverSchema = z.strictObject({ of: coverOfSchema });
export const renameFileSchema = z.strictObject({ id: z.uuid().toLowerCase(), name: fileNameSchema });
/** With whom; an empty organisation takes it back. */
export const shareFileSchema = z.strictObject({
  id: z.uuid().toLowerCase(),
  organizationId: z
    .literal("")
    .transform(() => null)
    .or(z.uuid().toLowerCase()),
});
/** What /files filters by; a person's picture and covers stand elsewhere. */
export const FILE_KINDS = ["IMAGE", "VIDEO", "BOOK", "BLOG", "OTHER"] as const;
export const filesQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
  kind: z.enum(FILE_KINDS).optional(),
  view: z.enum(["list", "grid"]).optional(),
  /** What is shared with the organisation one looks at, instead of one's own. */
  shared: z.literal("1").optional(),
});
export type FilesQuery = z.output<typeof filesQuerySchema>;
/** A program may ask for more at once than a page shows. */
export const listedFilesQuerySchema = filesQuerySchema.extend({ limit: z.coerce.number().int().min(1).max(100).optional() });
/** Why somebody else's private bytes are read; their owner needs none. Inline to be looked at, of types that can carry no script. */
export const downloadQuerySchema = z.strictObject({
  reason: line(300, 10).optional(),
  disposition: z.enum(["attachment", "inline"]).default("attachment"),
});
/** So many at once: what one page shows, twice. */
export const MAX_CHOSEN_FILES = 100;
const chosen = z.array(z.uuid().toLowerCase()).min(1).max(MAX_CHOSEN_FILES);
export const filesIdsSchema = z.strictObject({ ids: chosen });
/** Comma separated, as a link carries them. */
export const archiveQuerySchema = z.strictObject({
  ids: z
    .string()
    .max(MAX_CHOSEN_FILES * 37)
    .transform((text) => text.split(","))
    .pipe(chosen),
});

/** And what stands elsewhere. */
export const ALL_KINDS = [...FILE_KINDS, "AVATAR", "COVER"] as const;
/** In megabytes: what an admin may ask for as "at least". */
export const FILE_SIZES = ["1", "10", "100", "1000"] as const;

/** The address of everybody's files: everything in it can be shared as a link. */
export const allFilesQuerySchema = z.strictObject({
  q: line(100).optional(),
  /** Part of a name or address, or an id. */
  owner: line(100).optional(),
  kind: unset.or(z.enum(ALL_KINDS)).optional(),
  /** At least, in megabytes. */
  size: unset.or(z.enum(FILE_SIZES)).optional(),
  from: unset.or(day).optional(),
  to: unset.or(day).optional(),
  sort: unset.or(z.enum(["created", "size"])).optional(),
  cursor: cursorSchema.optional(),
});
export type AllFilesQuery = z.output<typeof allFilesQuerySchema>;

/** What docs/openapi.json says of a page of files. */
export const filesAnswerSchema = z.object({
  files: z.array(z.object({ id: z.uuid(), name: z.string(), sizeBytes: z.number(), contentType: z.string(), createdAt: z.iso.datetime() })),
  next: z.string().nullable(),
});
