import type { PeopleQuery } from "./schema";

/** The address of the people's table with this search and order; `more` adds to them or replaces them. */
export function peopleAddress(
  { q, sort, dir }: PeopleQuery,
  more: { sort?: PeopleQuery["sort"]; dir?: "asc" | "desc"; cursor?: string } = {},
): string {
  return `/admin/users?${new URLSearchParams({ ...(q && { q }), sort, ...(dir && { dir }), ...more })}`;
}
