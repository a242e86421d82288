import "server-only";
import { cache } from "react";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, cursorDate, page } from "@/lib/keyset";
import { containing } from "@/lib/query-string";
import { MAX_INVITATIONS, MAX_MEMBERS, MAX_MEMBERSHIPS, type OrganizationsQuery } from "./schema";

export const ORGANIZATIONS_PAGE_SIZE = 50;

/**
 * The organisations somebody belongs to, in the order in which they joined; `current` is the one they look at. Read once a request,
 * however many parts of a page ask.
 */
export const listOwnOrganizations = cache(async (entry: Entry) => {
  const { userId } = entry.actor;
  const memberships = await db().organizationMember.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("OrganizationMember"), { userId }] },
    select: { role: true, organizationId: true },
    orderBy: [{ createdAt: "asc" }, { organizationId: "asc" }],
    take: MAX_MEMBERSHIPS,
  });
  // Every page of the site asks, for people most of whom belong to none.
  if (memberships.length === 0) return [];
  const ids = memberships.map(({ organizationId }) => organizationId);
  const [person, organizations] = await Promise.all([
    db().user.findFirst({
      where: { AND: [accessibleBy(entry.ability).ofType("User"), { id: userId }] },
      select: { currentOrganizationId: true },
    }),
    db().organization.findMany({
      where: { AND: [accessibleBy(entry.ability).ofType("Organization"), { id: { in: ids } }] },
      select: { id: true, name: true },
    }),
  ]);
  const names = new Map(organizations.map(({ id, name }) => [id, name]));
  return memberships.map(({ organizationId: id, role }) => ({
    id,
    name: names.get(id) ?? "",
    role,
    current: person?.currentOrganizationId === id,
  }));
});

export type OwnOrganization = Awaited<ReturnType<typeof listOwnOrganizations>>[number];

/** How many people belong to each of these organisations. */
export async function countMembers(entry: Entry, ids: string[]): Promise<Map<string, number>> {
  const where = { AND: [accessibleBy(entry.ability).ofType("OrganizationMember"), { organizationId: { in: ids } }] };
  const rows = await db().organizationMember.groupBy({ by: ["organizationId"], where, _count: true });
  return new Map(rows.map(({ organizationId, _count }) => [organizationId, _count]));
}

/**
 * An organisation and its people: their public profile, owners first, then by when they joined. Null for one that is not there
 * or may not be seen. `ownRole` is null for an admin of the site who does not belong to it.
 */
export async function getOrganization(entry: Entry, id: string) {
  const organization = await db().organization.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("Organization"), { id }] },
    select: {
      id: true,
      name: true,
      createdAt: true,
      members: {
        select: { role: true, createdAt: true, user: { select: { id: true, name: true, image: true } } },
        orderBy: [{ role: "asc" }, { createdAt: "asc" }, { userId: "asc" }],
        take: MAX_MEMBERS,
      },
    },
  });
  if (!organization) return null;
  const members = organization.members.map(({ user, ...member }) => ({ ...member, ...user }));
  return { ...organization, members, ownRole: members.find((member) => member.id === entry.actor.userId)?.role ?? null };
}

export type Organization = NonNullable<Awaited<ReturnType<typeof getOrganization>>>;

/** The invitations of an organisation that wait, the newest first; none for whoever may not invite there. Of the link not even its hash. */
export async function listOrganizationInvitations(entry: Entry, organizationId: string) {
  const rows = await db().organizationInvitation.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("OrganizationInvitation"), { organizationId }] },
    select: { id: true, email: true, role: true, sentAt: true, expiresAt: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    // Those that are over stay for a while beside those that wait.
    take: 2 * MAX_INVITATIONS,
  });
  const now = new Date();
  return rows.map((row) => ({ ...row, open: row.expiresAt > now }));
}

/** For an admin: a page of all organisations, the newest first, how many people and files each has, and how much room these take. */
export async function listOrganizations(entry: Entry, { q, cursor }: OrganizationsQuery) {
  if (!entry.ability.can("read", "Dashboard")) return { rows: [], next: null };
  const from = cursor ? after("createdAt", "desc", cursor, (value) => cursorDate(value) ?? new Date(0)) : {};
  const found = await db().organization.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("Organization"), q ? { name: containing(q) } : {}, from] },
    select: { id: true, name: true, createdAt: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: ORGANIZATIONS_PAGE_SIZE + 1,
  });
  const { rows, next } = page(found, ORGANIZATIONS_PAGE_SIZE, (row) => row.createdAt);
  const ids = rows.map(({ id }) => id);
  const shared = { AND: [accessibleBy(entry.ability).ofType("File"), { organizationId: { in: ids }, status: "READY" as const }] };
  const [members, files] = await Promise.all([
    countMembers(entry, ids),
    db().file.groupBy({ by: ["organizationId"], where: shared, _count: true, _sum: { sizeBytes: true } }),
  ]);
  const filesOf = new Map(
    files.map(({ organizationId, _count, _sum }) => [organizationId, { files: _count, bytes: Number(_sum.sizeBytes ?? 0) }]),
  );
  const listed = rows.map((row) => ({ ...row, members: members.get(row.id) ?? 0, files: 0, bytes: 0, ...filesOf.get(row.id) }));
  return { rows: listed, next };
}
