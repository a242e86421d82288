import type { Changed } from "./batch";
import type { Shown } from "./schema";

const MAX_CHARS = 200;

/** A difference as a page shows it: short texts. */
export function shownOf({ row, subject, kind, differences }: Changed): Shown {
  const shown = differences.map(({ field, before, after }) => ({ field, before: short(before), after: short(after) }));
  return { row, subject, kind, differences: shown };
}

/** A value as text; null when there is none. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  return value instanceof Date ? value.toISOString() : typeof value === "string" ? value : JSON.stringify(value);
}

function short(value: unknown): string | null {
  const text = valueText(value);
  return text && text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
}
