"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getLocale } from "next-intl/server";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { lockAddress, mailWelcome } from "@/access/identity/account-mails";
import { openInvitation, openInvitations, settleInvitation, takeInvitation } from "@/access/identity/invitations";
import { signInWithTicket } from "@/access/identity/sign-in";
import { issueTicket } from "@/access/identity/tickets";
import { accessibleBy } from "@/access/rules";
import { AppError } from "@/lib/errors";
import { newOneTimeSecret } from "@/lib/one-time-secret";
import { assertAcceptablePassword, hashPassword } from "@/lib/passwords";
import { accountOf, assertMayInvite, expiry, mailLink } from "./changes";
import { acceptInvitationSchema, invitationIdSchema, inviteSchema, joinSchema } from "./schema";

const PAGE = "/admin/invitations";

/**
 * Invites an address for a week, with the role it is for. To be an admin somebody is invited by whoever may make one: the rules
 * of a change of role. There is one open invitation an address, and none for somebody who is here.
 */
export const invite = action({ can: ["create", "Invitation"], rate: "write" }, inviteSchema, async ({ email, role }, entry) => {
  const { userId: invitedById } = entry.actor;
  await change(entry, async (tx, record) => {
    await lockAddress(tx, email);
    await assertMayInvite(tx, entry, role);
    const isHere = await tx.user.count({ where: { email, emailVerified: { not: null } } });
    if (isHere > 0) throw new AppError("conflict", "already_member");
    if ((await tx.invitation.count({ where: { email, ...openInvitations() } })) > 0) throw new AppError("conflict", "already_invited");
    const { secret, hash } = newOneTimeSecret();
    const data = { email, role, hash, invitedById, expiresAt: expiry() };
    const { id } = await tx.invitation.create({ data, select: { id: true } });
    await mailLink(tx, entry, email, secret);
    await record({ action: "invitation.created", subjectType: "Invitation", subjectId: id, after: { role } });
  });
  revalidatePath(PAGE);
  return { email };
});

/** Sends an invitation once more, for another week, at most three times an hour: by a new link, and the old one is dead. Whoever sends it again vouches for it. */
export const resendInvitation = action({ can: ["update", "Invitation"], rate: "write" }, invitationIdSchema, async ({ id }, entry) => {
  await change(entry, async (tx, record) => {
    const where = { AND: [accessibleBy(entry.ability, "update").ofType("Invitation"), { id }] };
    const found = await tx.invitation.findFirst({ where, select: { email: true, role: true } });
    if (!found) throw new AppError("not_found");
    const { email, role } = found;
    await lockAddress(tx, email);
    await assertMayInvite(tx, entry, role);
    // One that has expired meanwhile may have a successor.
    const others = await tx.invitation.count({ where: { email, id: { not: id }, ...openInvitations() } });
    if (others > 0) throw new AppError("conflict", "already_invited");
    const { secret, hash } = newOneTimeSecret();
    const { count } = await tx.invitation.updateMany({
      where: { id, acceptedAt: null, revokedAt: null },
      data: { hash, sentAt: new Date(), expiresAt: expiry(), invitedById: entry.actor.userId },
    });
    if (count === 0) throw new AppError("conflict", "invitation_over");
    await mailLink(tx, entry, email, secret);
    await record({ action: "invitation.resent", subjectType: "Invitation", subjectId: id, after: { role } });
  });
  revalidatePath(PAGE);
});

/** Withdraws an invitation: its link is dead with the commit. */
export const revokeInvitation = action({ can: ["delete", "Invitation"], rate: "write" }, invitationIdSchema, async ({ id }, entry) => {
  await change(entry, async (tx, record) => {
    const where = { AND: [accessibleBy(entry.ability, "delete").ofType("Invitation"), { id }] };
    const found = await tx.invitation.findFirst({ where, select: { role: true } });
    if (!found) throw new AppError("not_found");
    const { count } = await tx.invitation.updateMany({
      where: { id, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (count === 0) throw new AppError("conflict", "invitation_over");
    await record({ action: "invitation.revoked", subjectType: "Invitation", subjectId: id, before: { role: found.role } });
  });
  revalidatePath(PAGE);
});

/**
 * Makes the account of whoever holds the link, with the invited address, which the link confirms, and the invited role; signs
 * them in. Whoever registered the address before and never confirmed it keeps nothing of the account.
 */
export const acceptInvitation = action(
  { visitor: true, rate: "credentials" },
  acceptInvitationSchema,
  async ({ token, name, password }, visitor) => {
    const open = await openInvitation(token);
    if (!open) throw new AppError("invalid", "link_expired");
    if (open.owner?.confirmed) throw new AppError("conflict", "sign_in_to_accept");
    await assertAcceptablePassword(password, [open.email, name]);
    const hash = await hashPassword(password);
    const locale = await getLocale();
    const ticket = await change(visitor, async (tx, record) => {
      const invitation = await takeInvitation(tx, { secret: token });
      if (!invitation) throw new AppError("invalid", "link_expired");
      if (invitation.owner?.confirmed) throw new AppError("conflict", "sign_in_to_accept");
      const user = await accountOf(tx, invitation, { name, hash, locale });
      const method = { after: { method: "invitation" } };
      await record({ action: "user.registered", actorId: user.id, subjectType: "User", subjectId: user.id, ...method });
      await settleInvitation(tx, record, invitation, user.id);
      await mailWelcome(tx, user, locale);
      return issueTicket(tx, { userId: user.id, method: "password", strong: false });
    });
    await signInWithTicket(ticket);
    redirect("/members");
  },
);

/** Accepts an invitation as somebody who is here already, signed in with its address: they get its role where it is more than theirs. */
export const joinByInvitation = action(
  { can: ["read", "User"], rate: "credentials", standing: "any" },
  joinSchema,
  async ({ token }, entry) => {
    const { userId } = entry.actor;
    await change(entry, async (tx, record) => {
      const invitation = await takeInvitation(tx, { secret: token });
      // Of another address, or of one that nobody has confirmed: then it is nobody's link to use here, and stays open.
      if (invitation?.owner?.id !== userId || !invitation.owner.confirmed) throw new AppError("invalid", "link_expired");
      await settleInvitation(tx, record, invitation, userId);
    });
    redirect("/members");
  },
);
