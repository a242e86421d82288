import { z } from "zod";

/** Where a file of people may come from. */
export const IMPORT_FORMATS = ["clerk", "supabase", "better-auth", "authjs", "foyer"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What a page's import may weigh; `npm run import` takes any file. */
export const MAX_IMPORT_BYTES = 500_000_000;

/** Differences that a dry run keeps to be shown; the report has all. */
export const SHOWN_DIFFERENCES = 100;

export const importParamsSchema = z.strictObject({
  from: z.enum(IMPORT_FORMATS),
  /** Whether somebody who is an admin there becomes one here. */
  roles: z.boolean(),
  /** Nothing is written but what would be. */
  dryRun: z.boolean(),
  /** SHA-256 of the file: the same command again goes on where it was killed. */
  digest: z.string().optional(),
});
export type ImportParams = z.output<typeof importParamsSchema>;
