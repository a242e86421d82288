import type { OrganizationsQuery } from "./schema";

/** The address of the admins' table with this search; `cursor` is the place to go on from. */
export function organizationsAddress({ q }: OrganizationsQuery, cursor?: string): string {
  const query = new URLSearchParams(Object.entries({ q, cursor }).filter((pair): pair is [string, string] => Boolean(pair[1])));
  return query.size > 0 ? `/admin/organizations?${query}` : "/admin/organizations";
}
