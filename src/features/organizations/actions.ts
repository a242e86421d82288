"use server";

import { ForbiddenError } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { takeOrganizationInvitation } from "@/access/identity/organization-invitations";
import { assertBelongs, countOtherOwners, endMembership } from "@/access/organizations";
import { lockPerson } from "@/access/person-lock";
import { accessibleBy } from "@/access/rules";
import { AppError } from "@/lib/errors";
import { newOneTimeSecret } from "@/lib/one-time-secret";
import { assertMayInvite, expiry, findMember, findOrganization, mailLink } from "./changes";
import {
  changeMemberRoleSchema,
  createOrganizationSchema,
  deleteOrganizationSchema,
  inviteToOrganizationSchema,
  joinOrganizationSchema,
  MAX_INVITATIONS,
  MAX_MEMBERS,
  MAX_MEMBERSHIPS,
  memberSchema,
  organizationIdSchema,
  renameOrganizationSchema,
  switchOrganizationSchema,
} from "./schema";

const PAGE = "/settings/organizations";

/** Makes an organisation, of which whoever asks is the owner, and looks at it from now on. */
export const createOrganization = action(
  { can: ["create", "Organization"], rate: "write", impersonated: "write" },
  createOrganizationSchema,
  async ({ name }, entry) => {
    const { userId } = entry.actor;
    const id = await change(entry, async (tx, record) => {
      await lockPerson(tx, userId);
      ForbiddenError.from(entry.ability).throwUnlessCan("create", "Organization");
      assertRoomFor(await tx.organizationMember.count({ where: { userId } }));
      const members = { create: { userId, role: "OWNER" as const } };
      const made = await tx.organization.create({ data: { name, members }, select: { id: true } });
      await tx.user.update({ where: { id: userId }, data: { currentOrganizationId: made.id }, select: { id: true } });
      await record({ action: "organization.created", subjectType: "Organization", subjectId: made.id });
      return made.id;
    });
    redirect(`${PAGE}/${id}`);
  },
);

/** Gives an organisation another name. */
export const renameOrganization = action(
  { can: ["update", "Organization"], rate: "write", impersonated: "write" },
  renameOrganizationSchema,
  async ({ id, name }, entry) => {
    await change(entry, async (tx, record) => {
      await findOrganization(tx, entry, "update", id);
      await tx.organization.update({ where: { id }, data: { name }, select: { id: true } });
      await record({ action: "organization.renamed", subjectType: "Organization", subjectId: id });
    });
    revalidatePath("/", "layout");
  },
);

/** Deletes an organisation for whoever types its name: what was shared with it is its owners' alone again. */
export const deleteOrganization = action(
  { can: ["delete", "Organization"], rate: "write" },
  deleteOrganizationSchema,
  async ({ id, name }, entry) => {
    const isMember = await change(entry, async (tx, record) => {
      const organization = await findOrganization(tx, entry, "delete", id);
      if (name.normalize("NFC") !== organization.name) throw new AppError("invalid", undefined, { fields: { name: "field.name_differs" } });
      const members = await tx.organizationMember.count({ where: { organizationId: id } });
      await tx.organization.delete({ where: { id }, select: { id: true } });
      await record({ action: "organization.deleted", subjectType: "Organization", subjectId: id, before: { members } });
      return organization.members.length > 0;
    });
    revalidatePath("/", "layout");
    redirect(isMember ? PAGE : "/admin/organizations");
  },
);

/** Looks at what is shared with an organisation of one's own, or with an empty id at none. */
export const switchOrganization = action(
  { can: ["read", "Organization"], rate: "write", impersonated: "write" },
  switchOrganizationSchema,
  async ({ id }, entry) => {
    const { userId } = entry.actor;
    const currentOrganizationId = id || null;
    await change(entry, async (tx, record) => {
      await assertBelongs(tx, userId, currentOrganizationId);
      await tx.user.update({ where: { id: userId }, data: { currentOrganizationId }, select: { id: true } });
      const after = { organizationId: currentOrganizationId };
      await record({ action: "organization.switched", subjectType: "User", subjectId: userId, after });
    });
    revalidatePath("/", "layout");
  },
);

/**
 * Invites an address for a week. A member is invited by an owner or an admin of the organisation, an admin of it by an owner
 * alone. One open invitation an address, and none for somebody who belongs to it.
 */
export const inviteToOrganization = action(
  { can: ["create", "OrganizationInvitation"], rate: "write", impersonated: "write" },
  inviteToOrganizationSchema,
  async ({ organizationId, email, role }, entry) => {
    const { userId: invitedById } = entry.actor;
    await change(entry, async (tx, record) => {
      const organization = await findOrganization(tx, entry, "read", organizationId);
      assertMayInvite(entry, organization, role);
      if ((await tx.organizationMember.count({ where: { organizationId, user: { email } } })) > 0)
        throw new AppError("conflict", "already_in_organization");
      const now = new Date();
      await tx.organizationInvitation.deleteMany({ where: { organizationId, email, expiresAt: { lte: now } } });
      if ((await tx.organizationInvitation.count({ where: { organizationId, email } })) > 0)
        throw new AppError("conflict", "already_invited");
      if ((await tx.organizationInvitation.count({ where: { organizationId, expiresAt: { gt: now } } })) >= MAX_INVITATIONS)
        throw new AppError("conflict", "too_many_invitations", { params: { max: MAX_INVITATIONS } });
      const { secret, hash } = newOneTimeSecret();
      const data = { organizationId, email, role, hash, invitedById, expiresAt: expiry() };
      const { id } = await tx.organizationInvitation.create({ data, select: { id: true } });
      await mailLink(tx, entry, email, organization.name, secret);
      const after = { role, organizationId };
      await record({ action: "organization.invited", subjectType: "OrganizationInvitation", subjectId: id, after });
    });
    revalidatePath(`${PAGE}/${organizationId}`);
    return { email };
  },
);

/** Sends an invitation once more, for another week: by a new link, and the old one is dead. Whoever sends it again vouches for it. */
export const resendOrganizationInvitation = action(
  { can: ["update", "OrganizationInvitation"], rate: "write", impersonated: "write" },
  organizationIdSchema,
  async ({ id }, entry) => {
    await change(entry, async (tx, record) => {
      const where = { AND: [accessibleBy(entry.ability, "update").ofType("OrganizationInvitation"), { id }] };
      const found = await tx.organizationInvitation.findFirst({ where, select: { email: true, role: true, organizationId: true } });
      if (!found) throw new AppError("not_found");
      const organization = await findOrganization(tx, entry, "read", found.organizationId);
      assertMayInvite(entry, organization, found.role);
      const { secret, hash } = newOneTimeSecret();
      const data = { hash, sentAt: new Date(), expiresAt: expiry(), invitedById: entry.actor.userId };
      const { count } = await tx.organizationInvitation.updateMany({ where: { id }, data });
      // Accepted or revoked meanwhile.
      if (count === 0) throw new AppError("not_found");
      await mailLink(tx, entry, found.email, organization.name, secret);
      const after = { role: found.role, organizationId: found.organizationId };
      await record({ action: "organization.invitation_resent", subjectType: "OrganizationInvitation", subjectId: id, after });
    });
    revalidatePath(PAGE, "layout");
  },
);

/** Withdraws an invitation: its link is dead with the commit. */
export const revokeOrganizationInvitation = action(
  { can: ["delete", "OrganizationInvitation"], rate: "write", impersonated: "write" },
  organizationIdSchema,
  async ({ id }, entry) => {
    await change(entry, async (tx, record) => {
      const where = { AND: [accessibleBy(entry.ability, "delete").ofType("OrganizationInvitation"), { id }] };
      const { count } = await tx.organizationInvitation.deleteMany({ where });
      if (count === 0) throw new AppError("not_found");
      await record({ action: "organization.invitation_revoked", subjectType: "OrganizationInvitation", subjectId: id });
    });
    revalidatePath(PAGE, "layout");
  },
);

/**
 * Joins an organisation, by the link of a mail or by one's own address, which has to be the invited one; the door asks that it be
 * confirmed. Looks at it from now on. Of twenty at once one succeeds.
 */
export const joinOrganization = action({ can: ["read", "User"], rate: "credentials" }, joinOrganizationSchema, async (input, entry) => {
  const { userId, email } = entry.actor;
  const by = "token" in input ? { secret: input.token } : input;
  const organizationId = await change(entry, async (tx, record) => {
    const invitation = await takeOrganizationInvitation(tx, by, email);
    if (!invitation) throw new AppError("invalid", "link_expired");
    const { id, role, organization } = invitation;
    await lockPerson(tx, userId);
    assertRoomFor(await tx.organizationMember.count({ where: { userId } }));
    if ((await tx.organizationMember.count({ where: { organizationId: organization.id } })) >= MAX_MEMBERS)
      throw new AppError("conflict", "too_many_members", { params: { max: MAX_MEMBERS } });
    // Somebody who belongs to it already, and had another address when they were invited, keeps the role they have.
    const member = { organizationId: organization.id, userId, role };
    await tx.organizationMember.createMany({ data: member, skipDuplicates: true });
    await tx.user.update({ where: { id: userId }, data: { currentOrganizationId: organization.id }, select: { id: true } });
    const after = { role, organizationId: organization.id };
    await record({ action: "organization.joined", subjectType: "OrganizationInvitation", subjectId: id, after });
    return organization.id;
  });
  redirect(`${PAGE}/${organizationId}`);
});

/** Gives a member another role; an owner does, and never takes it from the last owner. */
export const changeMemberRole = action(
  { can: ["update", "OrganizationMember"], rate: "write", impersonated: "write" },
  changeMemberRoleSchema,
  async ({ organizationId, userId, role }, entry) => {
    await change(entry, async (tx, record) => {
      const member = await findMember(tx, entry, "update", organizationId, userId);
      if (member.role === role) throw new AppError("conflict", "role_unchanged");
      if (member.role === "OWNER" && (await countOtherOwners(tx, organizationId, userId)) === 0)
        throw new AppError("conflict", "last_owner");
      const key = { organizationId_userId: { organizationId, userId } };
      await tx.organizationMember.update({ where: key, data: { role }, select: { userId: true } });
      const values = { before: { role: member.role }, after: { role, organizationId } };
      await record({ action: "organization.role_changed", subjectType: "OrganizationMember", subjectId: userId, ...values });
    });
    revalidatePath(`${PAGE}/${organizationId}`);
  },
);

/** Takes somebody out of an organisation, or oneself: what they shared with it is theirs alone again. Never the last owner. */
export const removeMember = action(
  { can: ["delete", "OrganizationMember"], rate: "write", impersonated: "write" },
  memberSchema,
  async ({ organizationId, userId }, entry) => {
    const isOwn = userId === entry.actor.userId;
    await change(entry, async (tx, record) => {
      const { role } = await findMember(tx, entry, "delete", organizationId, userId);
      if (role === "OWNER" && (await countOtherOwners(tx, organizationId, userId)) === 0) throw new AppError("conflict", "last_owner");
      await endMembership(tx, userId, organizationId);
      const act = isOwn ? "organization.left" : "organization.member_removed";
      await record({ action: act, subjectType: "OrganizationMember", subjectId: userId, before: { role, organizationId } });
    });
    revalidatePath(`${PAGE}/${organizationId}`);
    if (isOwn) redirect(PAGE);
  },
);

function assertRoomFor(memberships: number): void {
  if (memberships >= MAX_MEMBERSHIPS) throw new AppError("conflict", "too_many_organizations", { params: { max: MAX_MEMBERSHIPS } });
}
