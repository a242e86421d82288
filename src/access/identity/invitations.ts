import { db, type Transaction } from "@/lib/db";
import { hashOneTimeSecret } from "@/lib/one-time-secret";
import { lockAdmins } from "../admins";
import type { Recorder } from "../audit";
import { lockAddress } from "./account-mails";
import { notBannedNow } from "./bans";

/** How long an invitation can be accepted. */
export const INVITATION_DAYS = 7;

/** An invitation that can be accepted, and who has its address already. */
export interface OpenInvitation {
  id: string;
  email: string;
  role: "MEMBER" | "ADMIN";
  /** Null when nobody has. `confirmed` is false of whoever registered the address and never showed that they read its mailbox. */
  owner: { id: string; role: "MEMBER" | "ADMIN"; confirmed: boolean } | null;
}

/**
 * What a link opens, without using it up; null for one that is unknown, used, revoked, replaced or out of time, which are all
 * the same to whoever holds it. Looking changes nothing: mail scanners look at every link.
 */
export async function openInvitation(secret: unknown): Promise<OpenInvitation | null> {
  if (typeof secret !== "string" || secret.length > 100) return null;
  const found = await db().invitation.findFirst({ where: { hash: hashOneTimeSecret(secret), ...openInvitations() }, select: INVITATION });
  return found && { ...found, owner: await ownerOf(db(), found.email) };
}

/** Uses an invitation up by its link, or by an address that somebody else has confirmed; null where there is none open. Of fifty at once one succeeds. */
export async function takeInvitation(tx: Transaction, by: { secret: string } | { email: string }): Promise<OpenInvitation | null> {
  const key = "secret" in by ? { hash: hashOneTimeSecret(by.secret) } : { email: by.email };
  const known = await tx.invitation.findFirst({ where: { ...key, ...openInvitations() }, select: INVITATION });
  if (!known) return null;
  await lockAddress(tx, known.email);
  // Whoever takes the inviter's role away at this moment is waited for.
  if (known.role === "ADMIN") await lockAdmins(tx);
  const found = await tx.invitation.findFirst({ where: { id: known.id, ...key, ...openInvitations() }, select: INVITATION });
  if (!found) return null;
  const { count } = await tx.invitation.updateMany({
    where: { id: found.id, acceptedAt: null, revokedAt: null },
    data: { acceptedAt: new Date() },
  });
  if (count === 0) return null;
  return { ...found, owner: await ownerOf(tx, found.email) };
}

/** Notes who came by an invitation that was taken, and gives them its role where it is more than theirs: nobody loses one by it. */
export async function settleInvitation(tx: Transaction, record: Recorder, { id, role }: OpenInvitation, userId: string): Promise<void> {
  await tx.invitation.update({ where: { id }, data: { acceptedById: userId }, select: { id: true } });
  await record({ action: "invitation.accepted", actorId: userId, subjectType: "Invitation", subjectId: id, after: { role } });
  if (role !== "ADMIN") return;
  const { count } = await tx.user.updateMany({ where: { id: userId, role: "MEMBER" }, data: { role } });
  if (count === 0) return;
  const change = { before: { role: "MEMBER" }, after: { role } };
  await record({ action: "user.role_changed", actorId: userId, subjectType: "User", subjectId: userId, ...change });
}

/** Ends what is open for an address that has an account by other ways now. Asked under `lockAddress`. */
export async function revokeInvitations(tx: Transaction, record: Recorder, email: string): Promise<void> {
  const waiting = await tx.invitation.findMany({ where: { email, acceptedAt: null, revokedAt: null }, select: { id: true } });
  for (const { id } of waiting) {
    await tx.invitation.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
    await record({ action: "invitation.revoked", subjectType: "Invitation", subjectId: id });
  }
}

/** Forgets the invitations of somebody who is deleted, and their name in the mails that they caused and nobody has read yet. */
export async function forgetInvitations(tx: Transaction, userId: string, email: string): Promise<void> {
  await tx.$executeRaw`UPDATE "Mail" SET "props" = jsonb_set("props", '{by}', '""')
     WHERE "template" = 'invitation' AND "props" ? 'by' AND "to" IN (SELECT "email" FROM "Invitation" WHERE "invitedById" = ${userId}::uuid)`;
  await tx.invitation.deleteMany({ where: { OR: [{ email }, { acceptedById: userId }] } });
}

/** Whether an invitation to this address waits to be accepted. */
export async function isInvited(email: string): Promise<boolean> {
  return (await db().invitation.count({ where: { email, ...openInvitations() }, take: 1 })) > 0;
}

const INVITATION = { id: true, email: true, role: true } as const;

/**
 * The Prisma `where` of invitations that can be accepted. To be an admin one is invited by an admin: who lost the role, or is on
 * their way out, vouches for nobody any more.
 */
export function openInvitations() {
  const now = new Date();
  const stays = { role: "ADMIN" as const, deletedAt: null, deleteAfter: null, ...notBannedNow() };
  return { acceptedAt: null, revokedAt: null, expiresAt: { gt: now }, OR: [{ role: "MEMBER" as const }, { invitedBy: stays }] };
}

async function ownerOf(tx: Pick<Transaction, "user">, email: string): Promise<OpenInvitation["owner"]> {
  const owner = await tx.user.findUnique({ where: { email }, select: { id: true, role: true, emailVerified: true } });
  return owner && { id: owner.id, role: owner.role, confirmed: owner.emailVerified !== null };
}
