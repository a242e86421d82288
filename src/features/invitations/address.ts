import type { InvitationsQuery } from "./schema";

/** The address of the table with this search and filter; `cursor` is the place to go on from. */
export function invitationsAddress({ q, state }: InvitationsQuery, cursor?: string): string {
  const query = new URLSearchParams(Object.entries({ q, state, cursor }).filter((pair): pair is [string, string] => Boolean(pair[1])));
  return query.size > 0 ? `/admin/invitations?${query}` : "/admin/invitations";
}
