/** Counting further costs more than knowing is worth. */
export const COUNTED_EXACTLY = 10_000;
/** The first figure of two digits beyond. */
const LEAST_ESTIMATE = 11_000;
/** The columns `sampled` of the tables hold for one row in so many, by a byte of its id that is random. */
export const SAMPLED_ONE_IN = 128;

/** How many there are; of more than COUNTED_EXACTLY about how many, and then it says so. */
export interface Total {
  total: number;
  isEstimate: boolean;
}

/**
 * About how many match, where more than COUNTED_EXACTLY do: `hits` of the `sampled`, of `all`. Two digits, the second of them by
 * chance (at a million the figure is off by 8 % for 20,000 who match, by 3 % for 100,000, as a rule by less); never one that
 * would have been counted.
 */
export function estimated({ hits, sampled, all }: { hits: number; sampled: number; all: number }): number {
  // Where all match, chance has no part.
  const digits = hits === sampled ? 3 : 2;
  const rounded = Number((sampled > 0 ? (all * hits) / sampled : 0).toPrecision(digits));
  return Math.max(rounded, LEAST_ESTIMATE);
}

/** The same where nothing but the sample is known: `hits` of it match. */
export function estimatedBySample(hits: number): number {
  return Math.max(Number((hits * SAMPLED_ONE_IN).toPrecision(2)), LEAST_ESTIMATE);
}

/**
 * How many there are: as PostgreSQL `noted`, which is closer than the sample, while both speak of the same people. After an import
 * what was noted may be long out of date; negative, nothing was.
 */
export function everybody({ sampled, noted }: { sampled: number; noted: number }): number {
  const all = sampled * SAMPLED_ONE_IN;
  // Four standard deviations: so far off no sample is by chance.
  return Math.abs(noted - all) * Math.sqrt(sampled) < 4 * all ? noted : all;
}
