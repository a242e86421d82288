"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { lockAdmins } from "@/access/admins";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import type { Entry } from "@/access/entry";
import { isBannedNow } from "@/access/identity/bans";
import { claimsOf } from "@/access/identity/credentials";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { forgetImpersonation, IMPERSONATION_MINUTES, keepImpersonation } from "@/access/impersonation";
import { abilityFor, accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { placeOf } from "@/lib/geoip";
import { endImpersonationSchema, impersonateSchema, setImpersonationRightSchema } from "./schema";

/** No proof of the member's was ever given in it, so that nothing which asks for one is open. */
const NEVER = new Date(0);

/**
 * Lets an admin see the site as a member does, for 15 minutes and with a reason; to change things takes a right of its own.
 * Never as an admin. The member finds it among their devices, where they can end it, and in their history.
 */
export const impersonate = action(
  { can: ["impersonate", "User"], rate: "write" },
  impersonateSchema,
  async ({ userId, reason, write }, entry) => {
    const { userId: adminId, sid: adminSid } = entry.actor;
    const mayWrite = write === "on";
    const claims = await change(entry, async (tx, record) => {
      await assertRecentlyProven(entry, tx);
      const admins = await lockAdmins(tx);
      if (!admins.has(adminId)) throw new AppError("forbidden");
      const person = await findMember(tx, entry, userId);
      const ability = mayWrite ? abilityFor({ ...entry.actor, ...(await rightOf(tx, adminId)) }) : entry.ability;
      ForbiddenError.from(ability).throwUnlessCan("impersonate", subject("User", person), mayWrite ? "write" : "read");
      if (isBannedNow(person)) throw new AppError("conflict", "impersonate_banned");
      await endRunning(tx, adminId);
      const { ip, userAgent } = entry.visitor;
      const session = await tx.session.create({
        data: {
          userId,
          method: "impersonation",
          reauthenticatedAt: NEVER,
          ip,
          userAgent,
          place: placeOf(ip),
          expiresAt: new Date(Date.now() + IMPERSONATION_MINUTES * 60_000),
          impersonatorId: adminId,
          impersonatorSid: adminSid,
          impersonatorMayWrite: mayWrite,
        },
        select: { id: true, expiresAt: true, strong: true },
      });
      await record({
        action: "user.impersonation_started",
        actorId: userId,
        realActorId: adminId,
        subjectType: "User",
        subjectId: userId,
        after: { sid: session.id, reason, write: mayWrite, until: session.expiresAt.toISOString() },
      });
      return claimsOf(person, session);
    });
    await keepImpersonation(claims, { userId: adminId, sid: adminSid, mayWrite }, entry.visitor);
    revalidatePath("/", "layout");
    redirect("/members");
  },
);

/** Makes the admin themselves again. */
export const endImpersonation = action(
  { can: ["read", "User"], rate: "write", standing: "any", impersonated: "any" },
  endImpersonationSchema,
  async (_, entry) => {
    const { impersonator, sid, userId } = entry.actor;
    await forgetImpersonation(entry.visitor);
    revalidatePath("/", "layout");
    if (!impersonator) redirect("/admin/users");
    await change(entry, async (tx, record) => {
      await tx.session.update({ where: { id: sid }, data: { endedAt: new Date() }, select: { id: true } });
      await record({ action: "user.impersonation_ended", subjectType: "User", subjectId: userId, after: { sid } });
    });
    redirect(`/admin/users/${userId}`);
  },
);

/** Gives another admin `impersonate:write`, or takes it: what they do as somebody ends with it. */
export const setImpersonationRight = action(
  { can: ["update", "User"], rate: "write" },
  setImpersonationRightSchema,
  async ({ userId, may }, entry) => {
    const mayImpersonateWrite = may === "yes";
    await change(entry, async (tx, record) => {
      const admins = await lockAdmins(tx);
      ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), "impersonate_write");
      if (!admins.has(entry.actor.userId)) throw new AppError("forbidden");
      if (!admins.has(userId)) throw new AppError("not_found");
      await assertRecentlyProven(entry, tx);
      await tx.user.update({ where: { id: userId }, data: { mayImpersonateWrite }, select: { id: true } });
      if (!mayImpersonateWrite) await endRunning(tx, userId);
      const after = { write: mayImpersonateWrite };
      await record({ action: "user.impersonation_right_changed", subjectType: "User", subjectId: userId, after });
    });
    revalidatePath(`/admin/users/${userId}`);
  },
);

async function findMember(tx: Transaction, entry: Entry, id: string) {
  const person = await tx.user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id, deletedAt: null }] },
  });
  if (!person) throw new AppError("not_found");
  return person;
}

async function rightOf(tx: Transaction, id: string): Promise<{ mayImpersonateWrite: boolean }> {
  return tx.user.findUniqueOrThrow({ where: { id }, select: { mayImpersonateWrite: true } });
}

/** One at a time: what this admin is doing as somebody ends. */
async function endRunning(tx: Transaction, impersonatorId: string): Promise<void> {
  await tx.session.updateMany({ where: { impersonatorId, endedAt: null }, data: { endedAt: new Date() } });
}
