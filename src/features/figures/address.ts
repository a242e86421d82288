import { dayText } from "@/lib/query-string";
import type { Figure } from "./metrics";
import type { FiguresQuery } from "./schema";

/** The address of the figures, or of their CSV, of this range. */
export function figuresAddress(path: "/admin" | "/api/figures", { range, from, to }: FiguresQuery, figure?: Figure): string {
  const all = { range, from: dayText(from), to: dayText(to), figure };
  const query = new URLSearchParams(Object.entries(all).filter((pair): pair is [string, Figure] => Boolean(pair[1])));
  return query.size > 0 ? `${path}?${query}` : path;
}
