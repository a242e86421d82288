import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { getLocale } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { lockAddress, mailOrganizationInvitation, mayMail } from "@/access/identity/account-mails";
import { ORGANIZATION_INVITATION_DAYS } from "@/access/identity/organization-invitations";
import { lockOrganization } from "@/access/organizations";
import { type Action, accessibleBy } from "@/access/rules";
import { db, type OrganizationRole, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { DAILY_INVITATIONS } from "./schema";

const DAY_MS = 24 * 3_600_000;
/** How long the address of somebody who never came stays in the list. */
const KEPT_DAYS = 90;

/** The organisation, locked, where this person may do `action` with it; "not found" for one they may not, and for one that is not there. */
export async function findOrganization(tx: Transaction, entry: Entry, action: Action, id: string) {
  if (!(await lockOrganization(tx, id))) throw new AppError("not_found");
  const organization = await tx.organization.findFirst({
    where: { AND: [accessibleBy(entry.ability, action).ofType("Organization"), { id }] },
    select: { id: true, name: true, members: { where: { userId: entry.actor.userId }, select: { userId: true, role: true } } },
  });
  if (!organization) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan(action, subject("Organization", organization));
  return organization;
}

/** A member, their organisation locked, where this person may do `action` with them; otherwise as `findOrganization`. */
export async function findMember(tx: Transaction, entry: Entry, action: Action, organizationId: string, userId: string) {
  if (!(await lockOrganization(tx, organizationId))) throw new AppError("not_found");
  const members = { where: { userId: entry.actor.userId }, select: { userId: true, role: true } };
  const member = await tx.organizationMember.findFirst({
    where: { AND: [accessibleBy(entry.ability, action).ofType("OrganizationMember"), { organizationId, userId }] },
    select: { userId: true, role: true, organization: { select: { members } } },
  });
  if (!member) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan(action, subject("OrganizationMember", member));
  return member;
}

/** Throws unless this person may invite somebody with this role: an owner, or for a member an admin of the organisation. */
export function assertMayInvite(
  entry: Entry,
  organization: { members: { userId: string; role: OrganizationRole }[] },
  role: OrganizationRole,
) {
  ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("OrganizationInvitation", { organization }));
  const isOwner = organization.members.some((member) => member.userId === entry.actor.userId && member.role === "OWNER");
  if (role !== "MEMBER" && !isOwner) throw new AppError("forbidden", "owners_only");
}

/**
 * Mails the link, in the language of whoever invites. Throws AppError "rate_limited" after three to an address within an hour,
 * and after DAILY_INVITATIONS of one person within a day, whatever became of them.
 */
export async function mailLink(tx: Transaction, { actor }: Entry, to: string, organization: string, secret: string): Promise<void> {
  await lockAddress(tx, to);
  if (!(await mayMail(tx, to, "organizationInvitation"))) throw new AppError("rate_limited", "invited_often", { retryAfter: 3600 });
  // Their own turn, after everything else is locked: of many at once each sees those before it.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`invites ${actor.userId}`}))`;
  const sent = { in: ["organization.invited", "organization.invitation_resent"] };
  const since = { gt: new Date(Date.now() - DAY_MS) };
  // Asked of the audit log: who deletes what they sent may not therefore send more.
  if ((await tx.auditEvent.count({ where: { actorId: actor.userId, at: since, action: sent } })) >= DAILY_INVITATIONS)
    throw new AppError("rate_limited", "invited_many", { retryAfter: 3600, params: { max: DAILY_INVITATIONS } });
  const said = { by: actor.name, byId: actor.userId, organization, days: ORGANIZATION_INVITATION_DAYS };
  await mailOrganizationInvitation(tx, { to, secret, ...said }, await getLocale());
}

export function expiry(): Date {
  return new Date(Date.now() + ORGANIZATION_INVITATION_DAYS * DAY_MS);
}

/** Forgets the addresses of those who never came, three months after their invitation was over. */
export async function sweepOrganizationInvitations(): Promise<void> {
  await db().organizationInvitation.deleteMany({ where: { expiresAt: { lt: new Date(Date.now() - KEPT_DAYS * DAY_MS) } } });
}
