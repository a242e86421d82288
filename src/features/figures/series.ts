import { addDays, mondayOf } from "./days";
import type { Range } from "./schema";

/** Beyond so many days a picture shows weeks. */
const MOST_POINTS = 92;

/** Some days of a range that are shown as one point. */
export interface Span {
  from: Date;
  to: Date;
  /** Their places in the series. */
  first: number;
  last: number;
}

/** Each day of the range, or of a long one each week (ISO 8601), the first and the last as far as they lie within. */
export function spansOf({ from, days }: Range): Span[] {
  const spans: Span[] = [];
  for (let index = 0; index < days; index++) {
    const day = addDays(from, index);
    const open = spans.at(-1);
    if (open && days > MOST_POINTS && mondayOf(day).getTime() === mondayOf(open.from).getTime())
      Object.assign(open, { to: day, last: index });
    else spans.push({ from: day, to: day, first: index, last: index });
  }
  return spans;
}

/** What happened in each span; null where nothing is known of any of its days. */
export function sums(spans: Span[], values: (number | null)[]): (number | null)[] {
  return spans.map(({ first, last }) => sum(values.slice(first, last + 1)));
}

/** What was the case at the end of each span. */
export function ends(spans: Span[], values: (number | null)[]): (number | null)[] {
  return spans.map(({ first, last }) => end(values.slice(first, last + 1)));
}

export function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((total, value) => total + value, 0) : null;
}

/** The last that is known. */
export function end(values: (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}
