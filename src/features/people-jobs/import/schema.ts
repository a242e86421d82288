import { z } from "zod";
import { IMPORT_FORMATS, MAX_IMPORT_BYTES } from "./limits";

/** People whose differences a dry run keeps to be shown; the file of all is read anew when it is asked for. */
export const SHOWN_PEOPLE = 100;

/** Who asked for an import at a terminal: nobody is signed in there, and whoever has the database's password has everything. */
export const AT_A_TERMINAL = "00000000-0000-0000-0000-000000000000";

const from = z.enum(IMPORT_FORMATS);

export const requestImportSchema = z.strictObject({ sizeBytes: z.number().int().min(1).max(MAX_IMPORT_BYTES, "too_large") });
/** `ticket` is what `requestImport` handed out. */
export const checkImportSchema = z.strictObject({ ticket: z.string().max(1_000), from, roles: z.boolean() });

/** As it lies in the job. */
export const importParamsSchema = z.strictObject({
  from,
  /** Whether somebody who is an admin there becomes one here. */
  roles: z.boolean(),
  /** Nothing is written but what would be. */
  dryRun: z.boolean(),
  /** SHA-256 of the file, at a terminal: the same command again goes on where it was killed. */
  digest: z.string().optional(),
});
export type ImportParams = z.output<typeof importParamsSchema>;

const count = z.number().int().min(0).default(0);
const shownSchema = z.strictObject({
  row: z.number().int(),
  subject: z.string(),
  kind: z.enum(["created", "changed"]),
  differences: z.array(z.strictObject({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
});
export type Shown = z.output<typeof shownSchema>;

/** How far an import is, and what it found: the cursor of its job. */
export const importPlaceSchema = z.object({
  /** The last row that is done. */
  rows: count,
  /** Percent of the bytes that are read. */
  percent: count,
  created: count,
  changed: count,
  unchanged: count,
  /** Of a dry run, the first of those who would be new or changed. */
  shown: z.array(shownSchema).default([]),
});
export type ImportPlace = z.output<typeof importPlaceSchema>;
