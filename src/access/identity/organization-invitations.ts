import type { OrganizationRole } from "@/lib/db";
import { db, type Transaction } from "@/lib/db";
import { hashOneTimeSecret } from "@/lib/one-time-secret";
import { lockOrganization } from "../organizations";
import { notBannedNow } from "./bans";

/** How long an invitation to an organisation can be accepted. */
export const ORGANIZATION_INVITATION_DAYS = 7;

/** An invitation to an organisation that can be accepted. */
export interface OpenOrganizationInvitation {
  id: string;
  email: string;
  role: OrganizationRole;
  organization: { id: string; name: string };
}

/** Of the link's holder: whether somebody has the address, and has shown that they read its mailbox. */
type Addressed = OpenOrganizationInvitation & { owner: { id: string; confirmed: boolean } | null };

/**
 * What a link opens, without using it up; null for one that is unknown, used, revoked, replaced, out of time, or that nobody
 * vouches for any more, which are all the same to whoever holds it. Looking changes nothing: mail scanners look at every link.
 */
export async function openOrganizationInvitation(secret: unknown): Promise<Addressed | null> {
  if (typeof secret !== "string" || secret.length > 100) return null;
  const found = await db().organizationInvitation.findFirst({
    where: { hash: hashOneTimeSecret(secret), ...inTime() },
    select: invitation(),
  });
  if (!found || !isVouchedFor(found)) return null;
  const owner = await db().user.findUnique({ where: { email: found.email }, select: { id: true, emailVerified: true } });
  return { ...plain(found), owner: owner && { id: owner.id, confirmed: owner.emailVerified !== null } };
}

/** The invitations that wait for whoever has confirmed this address. */
export async function organizationInvitationsOf(email: string): Promise<OpenOrganizationInvitation[]> {
  const rows = await db().organizationInvitation.findMany({
    where: { email, ...inTime() },
    select: invitation(),
    orderBy: { sentAt: "desc" },
    take: 50,
  });
  return rows.filter(isVouchedFor).map(plain);
}

/**
 * Uses an invitation up by its link or its id, for the address it was sent to alone, and locks its organisation; null where there
 * is none open. Of twenty at once one succeeds.
 */
export async function takeOrganizationInvitation(
  tx: Transaction,
  by: { secret: string } | { id: string },
  email: string,
): Promise<OpenOrganizationInvitation | null> {
  const key = "secret" in by ? { hash: hashOneTimeSecret(by.secret) } : { id: by.id };
  const known = await tx.organizationInvitation.findFirst({ where: { ...key, email }, select: { organizationId: true } });
  // Whoever takes the inviter's role away at this moment is waited for.
  if (!known || !(await lockOrganization(tx, known.organizationId))) return null;
  const found = await tx.organizationInvitation.findFirst({ where: { ...key, email, ...inTime() }, select: invitation() });
  if (!found || !isVouchedFor(found)) return null;
  await tx.organizationInvitation.delete({ where: { id: found.id }, select: { id: true } });
  return plain(found);
}

/** Forgets what somebody who is deleted was invited by, and invited others by, with the names in mails that nobody has read yet. */
export async function forgetOrganizationInvitations(tx: Transaction, userId: string, email: string): Promise<void> {
  // Of those that are out, nothing is left but the address.
  await tx.$executeRaw`UPDATE "Mail" SET "props" = "props" || '{"by": "", "organization": ""}'
     WHERE "sentAt" IS NULL AND "template" = 'organizationInvitation' AND "props"->>'byId' = ${userId}`;
  await tx.organizationInvitation.deleteMany({ where: { OR: [{ email }, { invitedById: userId }] } });
}

const inTime = () => ({ expiresAt: { gt: new Date() } });

/** With those of the organisation who can act, mean to stay and may invite. */
function invitation() {
  const stays = { deletedAt: null, deleteAfter: null, ...notBannedNow() };
  const may = { where: { role: { in: ["OWNER" as const, "ADMIN" as const] }, user: stays }, select: { userId: true, role: true } };
  return {
    id: true,
    email: true,
    role: true,
    invitedById: true,
    organization: { select: { id: true, name: true, members: may } },
  } as const;
}

interface Found extends OpenOrganizationInvitation {
  invitedById: string;
  organization: { id: string; name: string; members: { userId: string; role: OrganizationRole }[] };
}

/** An invitation is as good as whoever sent it: to be an admin one is invited by an owner. */
function isVouchedFor({ role, invitedById, organization }: Found): boolean {
  const by = organization.members.find(({ userId }) => userId === invitedById);
  return by?.role === "OWNER" || (by?.role === "ADMIN" && role === "MEMBER");
}

function plain({ id, email, role, organization }: Found): OpenOrganizationInvitation {
  return { id, email, role, organization: { id: organization.id, name: organization.name } };
}
