import "server-only";
import type { Entry } from "@/access/entry";
import { openInvitations } from "@/access/identity/invitations";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, cursorDate, page } from "@/lib/keyset";
import { containing } from "@/lib/query-string";
import type { InvitationState, InvitationsQuery } from "./schema";

export const INVITATIONS_PAGE_SIZE = 50;

/** A page of invitations, the newest first, and the cursor of the next; of the link not even its hash. */
export async function listInvitations(entry: Entry, { q, state, cursor }: InvitationsQuery) {
  const now = new Date();
  const allowed = accessibleBy(entry.ability).ofType("Invitation");
  const from = cursor ? after("createdAt", "desc", cursor, (value) => cursorDate(value) ?? new Date(0)) : {};
  const rows = await db().invitation.findMany({
    where: { AND: [allowed, q ? { email: containing(q) } : {}, state ? inState(state, now) : {}, from] },
    select: {
      id: true,
      email: true,
      role: true,
      createdAt: true,
      expiresAt: true,
      acceptedAt: true,
      acceptedById: true,
      revokedAt: true,
      invitedBy: { select: { id: true, name: true, email: true, deletedAt: true } },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: INVITATIONS_PAGE_SIZE + 1,
  });
  const stillOpen = { AND: [allowed, openInvitations(), { id: { in: rows.map(({ id }) => id) } }] };
  const open = new Set((await db().invitation.findMany({ where: stillOpen, select: { id: true } })).map(({ id }) => id));
  const invitations = rows.map(({ invitedBy, ...row }) => ({
    ...row,
    state: stateOf(row, now, open),
    invitedBy: invitedBy && !invitedBy.deletedAt ? { id: invitedBy.id, name: invitedBy.name || invitedBy.email } : null,
  }));
  return page(invitations, INVITATIONS_PAGE_SIZE, (row) => row.createdAt);
}

type Moments = { id: string; acceptedAt: Date | null; revokedAt: Date | null; expiresAt: Date };

function stateOf({ id, acceptedAt, revokedAt, expiresAt }: Moments, now: Date, open: Set<string>): InvitationState {
  if (acceptedAt) return "accepted";
  if (revokedAt) return "revoked";
  if (expiresAt <= now) return "expired";
  // Of those in time only one that nobody vouches for is not open.
  return open.has(id) ? "pending" : "void";
}

/** The same in words of the database. */
function inState(state: InvitationState, now: Date) {
  const unused = { acceptedAt: null, revokedAt: null };
  return {
    pending: openInvitations(),
    void: { ...unused, expiresAt: { gt: now }, NOT: openInvitations() },
    expired: { ...unused, expiresAt: { lte: now } },
    accepted: { acceptedAt: { not: null } },
    revoked: { revokedAt: { not: null }, acceptedAt: null },
  }[state];
}
