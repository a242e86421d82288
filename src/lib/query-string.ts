import { z } from "zod";

/** A form of GET sends its empty fields along: they say nothing. */
export const unset = z.literal("").transform(() => undefined);

/** Days outside of these PostgreSQL and JavaScript do not both know, or have no day after. */
const [FIRST_DAY, LAST_DAY] = ["1970-01-01", "9998-12-31"];
const DAY_MS = 24 * 3_600_000;

/** A day of a filter, which begins at midnight in UTC; anything else, and a day of no calendar of ours, is bad input. */
export const day = z.iso
  .date()
  .refine((text) => text >= FIRST_DAY && text <= LAST_DAY, "invalid")
  .transform((text) => new Date(`${text}T00:00:00.000Z`));

/** The day as it stands in an address. */
export function dayText(date: Date | undefined): string | undefined {
  return date?.toISOString().slice(0, 10);
}

/** The Prisma filter of the time from the first day to the end of the last; either may be open. */
export function withinDays(from: Date | undefined, to: Date | undefined) {
  return { ...(from && { gte: from }), ...(to && { lt: new Date(to.getTime() + DAY_MS) }) };
}

/**
 * The Prisma filter of text that holds this, whatever its case: from the third letter on anywhere, with fewer at its beginning,
 * which is what a trigram index finds.
 */
export function containing(q: string) {
  // Prisma hands these to ILIKE as they are, where % and _ stand for anything.
  const literal = q.replace(/[\\%_]/g, "\\$&");
  const mode = "insensitive" as const;
  return [...q].length < 3 ? { startsWith: literal, mode } : { contains: literal, mode };
}
