import { dayText } from "@/lib/query-string";
import { filtersOf, type PeopleQuery } from "./schema";

/** The address of the people's table with this search, filters and order; `more` adds to them or replaces them. */
export function peopleAddress(
  query: PeopleQuery,
  more: { sort?: PeopleQuery["sort"]; dir?: "asc" | "desc"; cursor?: string } = {},
): string {
  const { q, sort, dir } = query;
  const filters = Object.entries(filtersOf(query)).map(([name, value]) => [name, value instanceof Date ? dayText(value) : value]);
  const all = { ...Object.fromEntries(filters), q, sort, dir, ...more };
  return `/admin/users?${new URLSearchParams(Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1])))}`;
}
