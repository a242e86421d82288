import type { FilesQuery } from "./schema";

type Shown = Pick<FilesQuery, "kind" | "view">;

/** The address of the files page with this kind and look, and the page after `cursor`. */
export function filesAddress({ kind, view }: Shown, cursor?: string): string {
  const pairs = Object.entries({ kind, view: view === "grid" ? view : undefined, cursor });
  const query = new URLSearchParams(pairs.filter((pair): pair is [string, string] => Boolean(pair[1])));
  return query.size > 0 ? `/files?${query}` : "/files";
}

/** Names what a filter finds, for what is selected of it. */
export function scopeOf({ kind }: Shown): string {
  return kind ?? "";
}
