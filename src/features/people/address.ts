import { filterText } from "@/access/identity/people-filter";
import type { PeopleQuery } from "./schema";

/** The address of the people's table with this search, filters and order; `more` adds to them or replaces them. */
export function peopleAddress(
  query: PeopleQuery,
  more: { sort?: PeopleQuery["sort"]; dir?: "asc" | "desc"; cursor?: string } = {},
): string {
  const { sort, dir } = query;
  const all = { ...filterText(query), sort, dir, ...more };
  return `/admin/users?${new URLSearchParams(Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1])))}`;
}

/** Names what a search and its filters find, whatever its order and page. */
export function scopeOf(query: PeopleQuery): string {
  return new URLSearchParams(filterText(query)).toString();
}

/** Where what is found can be exported. */
export function exportAddress(query: PeopleQuery): string {
  const scope = scopeOf(query);
  return scope ? `/admin/users/export?${scope}` : "/admin/users/export";
}
