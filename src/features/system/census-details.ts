import { z } from "zod";

/** A walk that has not ended by then died with its job. */
export const LONGEST_WALK_MS = 6 * 3_600_000;

const count = z.number().nonnegative();

/** What a census found, beside its numbers: who takes the most room, and the first of what does not fit together. Ids alone. */
export const censusSchema = z.strictObject({
  owners: z.array(z.strictObject({ id: z.uuid(), bytes: count, files: count })),
  /** Keys of objects. */
  orphans: z.array(z.string()),
  /** Ids of files. */
  missing: z.array(z.string()),
});
export type CensusDetails = z.infer<typeof censusSchema>;
