import { z } from "zod";
import { day, unset } from "@/lib/query-string";
import { addDays, dayOf, daysBetween } from "./days";
import { FIGURES, type Figure } from "./metrics";

export const RANGES = ["7", "30", "90", "365"] as const;
const DEFAULT_DAYS = 30;
/** What a range may hold at most: then a page has the same work, whoever asks. */
const MAX_RANGE_DAYS = 366;

const shape = { range: unset.or(z.enum(RANGES)).optional(), from: unset.or(day).optional(), to: unset.or(day).optional() };
const isRange = ({ from, to }: { from?: Date | undefined; to?: Date | undefined }) =>
  !from || !to || (from <= to && daysBetween(from, to) < MAX_RANGE_DAYS);

/** The range as it stands in an address: so many days until today, or from one day to another (UTC), both counted. */
export const figuresQuerySchema = z.strictObject(shape).refine(isRange, "invalid");
export const figuresCsvSchema = z
  // The keys of an object are what it has: TypeScript knows them only as text.
  .strictObject({ ...shape, figure: z.enum(Object.keys(FIGURES) as [Figure, ...Figure[]]).optional() })
  .refine(isRange, "invalid");
export type FiguresQuery = z.output<typeof figuresQuerySchema>;

/** Days (UTC), both ends counted. */
export interface Range {
  from: Date;
  to: Date;
  days: number;
}

/** The range that is meant; nothing of it lies after today. */
export function rangeOf({ range, from, to }: FiguresQuery, now = new Date()): Range {
  const today = dayOf(now);
  const last = to && to < today ? to : today;
  const length = from || to ? DEFAULT_DAYS : Number(range ?? DEFAULT_DAYS);
  const begin = from && daysBetween(from, last) < MAX_RANGE_DAYS ? from : addDays(last, 1 - length);
  const first = new Date(Math.min(begin.getTime(), last.getTime()));
  return { from: first, to: last, days: daysBetween(first, last) + 1 };
}

/** As many days, just before. */
export function rangeBefore({ from, days }: Range): Range {
  return { from: addDays(from, -days), to: addDays(from, -1), days };
}
