import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Recorder } from "./audit";
import { notBannedNow } from "./identity/bans";
import { lockRoom } from "./room";

/**
 * One change of who belongs to an organisation, or with which role, at a time until the transaction ends: two owners who leave
 * at once would together leave none. False when it is not there any more.
 */
export async function lockOrganization(tx: Transaction, id: string): Promise<boolean> {
  // Not FOR UPDATE: what is shared with it meanwhile only needs it to stay.
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM "Organization" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE`;
  return rows.length > 0;
}

/**
 * Throws AppError "not_found" unless this person belongs to the organisation; that they do stays true until the transaction ends.
 * What they own is not made, shared or taken back by another transaction meanwhile, so that no result of theirs is missed.
 */
export async function assertBelongs(tx: Transaction, userId: string, organizationId: string | null): Promise<void> {
  await lockRoom(tx, userId);
  if (organizationId === null) return;
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM "OrganizationMember"
     WHERE "organizationId" = ${organizationId}::uuid AND "userId" = ${userId}::uuid FOR SHARE`;
  if (rows.length === 0) throw new AppError("not_found");
}

/**
 * Ends somebody's membership, under `lockOrganization`: what they shared there is theirs alone again, and they look at it no
 * more. False when they do not belong to it.
 */
export async function endMembership(tx: Transaction, userId: string, organizationId: string): Promise<boolean> {
  await lockRoom(tx, userId);
  const { count } = await tx.organizationMember.deleteMany({ where: { userId, organizationId } });
  if (count === 0) return false;
  const made = { where: { authorId: userId, organizationId }, data: { organizationId: null } };
  await tx.imageGeneration.updateMany(made);
  await tx.videoGeneration.updateMany(made);
  await tx.book.updateMany(made);
  await tx.blogPost.updateMany(made);
  await tx.file.updateMany({ where: { ownerId: userId, organizationId }, data: { organizationId: null } });
  await tx.user.updateMany({ where: { id: userId, currentOrganizationId: organizationId }, data: { currentOrganizationId: null } });
  return true;
}

/** How many owners an organisation has beside this person. Asked under `lockOrganization`. */
export function countOtherOwners(tx: Transaction, organizationId: string, userId: string): Promise<number> {
  return tx.organizationMember.count({ where: { organizationId, role: "OWNER", userId: { not: userId } } });
}

/**
 * Takes somebody who is deleted out of every organisation. Where they were the last owner, its longest-serving admin takes their
 * place, else its longest-serving member; one in which nobody is left is deleted.
 */
export async function leaveOrganizations(tx: Transaction, record: Recorder, userId: string): Promise<void> {
  const memberships = await tx.organizationMember.findMany({
    where: { userId },
    select: { organizationId: true },
    // One order, so that two who leave the same ones wait for each other instead of both.
    orderBy: { organizationId: "asc" },
  });
  for (const { organizationId } of memberships) {
    if (!(await lockOrganization(tx, organizationId)) || !(await endMembership(tx, userId, organizationId))) continue;
    if ((await countOtherOwners(tx, organizationId, userId)) > 0) continue;
    const heir = await heirOf(tx, organizationId);
    if (!heir) {
      await tx.organization.delete({ where: { id: organizationId }, select: { id: true } });
      await record({ action: "organization.deleted", subjectType: "Organization", subjectId: organizationId });
      continue;
    }
    const key = { organizationId_userId: { organizationId, userId: heir.userId } };
    await tx.organizationMember.update({ where: key, data: { role: "OWNER" }, select: { userId: true } });
    const change = { before: { role: heir.role }, after: { role: "OWNER", organizationId } };
    await record({ action: "organization.role_changed", subjectType: "OrganizationMember", subjectId: heir.userId, ...change });
  }
}

async function heirOf(tx: Transaction, organizationId: string) {
  const order = {
    select: { userId: true, role: true },
    // In the order of the enum: an admin before a member.
    orderBy: [{ role: "asc" as const }, { createdAt: "asc" as const }, { userId: "asc" as const }],
  };
  const stays = { deletedAt: null, deleteAfter: null, ...notBannedNow() };
  const best = await tx.organizationMember.findFirst({ where: { organizationId, user: stays }, ...order });
  return best ?? tx.organizationMember.findFirst({ where: { organizationId }, ...order });
}
