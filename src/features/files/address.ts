import { dayText } from "@/lib/query-string";
import type { AllFilesQuery, FilesQuery } from "./schema";

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

/** The address of everybody's files with this search and these filters; `cursor` adds the place to go on from. */
export function allFilesAddress({ q, owner, kind, size, from, to, sort }: AllFilesQuery, cursor?: string): string {
  const all = { q, owner, kind, size, from: dayText(from), to: dayText(to), sort, cursor };
  const set = Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return set.length > 0 ? `/admin/files?${new URLSearchParams(set)}` : "/admin/files";
}
