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
