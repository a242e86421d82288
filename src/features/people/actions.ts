"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { getLocale } from "next-intl/server";
import { lockAdmins } from "@/access/admins";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import type { Entry } from "@/access/entry";
import { endSessions } from "@/access/identity/account-links";
import { lockAddress, mailAccountCreated, mailSecurityChanged } from "@/access/identity/account-mails";
import { isBannedNow } from "@/access/identity/credentials";
import { lockPerson, settleSecondFactor } from "@/access/identity/factors";
import { revokeInvitations } from "@/access/identity/invitations";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { banPersonSchema, changeRoleSchema, createPersonSchema, resetSecondFactorsSchema, unbanPersonSchema } from "./schema";

/**
 * Makes an account for somebody, whatever the sign-up is open to: they get a mail whose link sets their password, and confirms
 * the address unless the admin has. An admin is made only by whoever may change roles. An open invitation to the address ends.
 */
export const createPerson = action(
  { can: ["create", "User"], rate: "write" },
  createPersonSchema,
  async ({ email, name, role, confirmed }, entry) => {
    const locale = await getLocale();
    await change(entry, async (tx, record) => {
      await lockAddress(tx, email);
      ForbiddenError.from(entry.ability).throwUnlessCan("create", "User");
      if (role === "ADMIN") {
        ForbiddenError.from(entry.ability).throwUnlessCan("update", "User", "role");
        if (!(await lockAdmins(tx)).has(entry.actor.userId)) throw new AppError("forbidden");
      }
      if ((await tx.user.count({ where: { email } })) > 0) throw new AppError("conflict", "already_member");
      const data = { email, name, role, emailVerified: confirmed ? new Date() : null };
      const user = await tx.user.create({ data, select: { id: true, email: true, locale: true } });
      await mailAccountCreated(tx, user, locale);
      await revokeInvitations(tx, record, email);
      const after = { role, confirmed: confirmed !== undefined };
      await record({ action: "user.created_by_admin", subjectType: "User", subjectId: user.id, after });
    });
    revalidatePath("/admin/users");
    return { name };
  },
);

/**
 * Gives a person another role; their open sessions have it on the next request, in every process. Nobody changes their
 * own, and at least one ADMIN stays: of two admins who demote each other at once, one keeps the role.
 */
export const changeRole = action({ can: ["update", "User"], rate: "write" }, changeRoleSchema, async ({ userId, role }, entry) => {
  const changed = await change(entry, async (tx, record) => {
    const admins = await lockAdmins(tx);
    const person = await findPerson(tx, entry, userId);
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", person), "role");
    // Asked again under the lock: whoever was first may just have taken this right from us.
    if (!admins.has(entry.actor.userId)) throw new AppError("forbidden");
    if (person.role === role) throw new AppError("conflict", "role_unchanged");
    if (person.role === "ADMIN" && admins.size <= 1) throw new AppError("conflict", "last_admin");
    await tx.user.update({ where: { id: userId }, data: { role }, select: { id: true } });
    await record({ action: "user.role_changed", subjectType: "User", subjectId: userId, before: { role: person.role }, after: { role } });
    return { userId, role };
  });
  revalidatePath("/admin/users");
  return changed;
});

/** Shuts somebody out until a day or for good: their sessions end everywhere with the commit, and signing in says why. */
export const banPerson = action({ can: ["update", "User"], rate: "write" }, banPersonSchema, async ({ userId, reason, until }, entry) => {
  await change(entry, async (tx, record) => {
    const admins = await lockAdmins(tx);
    const person = await findPerson(tx, entry, userId);
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", person), "ban");
    if (!admins.has(entry.actor.userId)) throw new AppError("forbidden");
    if (isBannedNow(person)) throw new AppError("conflict", "already_banned");
    const data = { bannedAt: new Date(), bannedUntil: until, banReason: reason };
    await tx.user.update({ where: { id: userId }, data, select: { id: true } });
    await endSessions(tx, userId);
    await record({ action: "user.banned", subjectType: "User", subjectId: userId, after: { reason, until: until?.toISOString() ?? null } });
  });
  revalidatePath("/admin/users");
});

/** Lets somebody back in; they sign in anew. */
export const unbanPerson = action({ can: ["update", "User"], rate: "write" }, unbanPersonSchema, async ({ userId }, entry) => {
  await change(entry, async (tx, record) => {
    const person = await findPerson(tx, entry, userId);
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", person), "ban");
    if (!person.bannedAt) throw new AppError("conflict", "not_banned");
    await tx.user.update({ where: { id: userId }, data: { bannedAt: null, bannedUntil: null, banReason: null }, select: { id: true } });
    await record({
      action: "user.unbanned",
      subjectType: "User",
      subjectId: userId,
      before: { until: person.bannedUntil?.toISOString() ?? null },
    });
  });
  revalidatePath("/admin/users");
});

/**
 * For an admin, of somebody who lost them: removes the app, the recovery codes and the passkeys of another person and ends
 * their sessions. They come in by their other ways, or by the link for a forgotten password. Nothing is read.
 */
export const resetSecondFactors = action(
  { can: ["delete", "TotpFactor"], rate: "write" },
  resetSecondFactorsSchema,
  async ({ userId }, entry) => {
    if (userId === entry.actor.userId) throw new AppError("forbidden", "own_factors");
    for (const name of ["TotpFactor", "RecoveryCode", "Passkey"] as const)
      ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject(name, { userId }));
    await change(entry, async (tx, record) => {
      await lockPerson(tx, userId);
      await assertRecentlyProven(entry, tx);
      if ((await tx.user.count({ where: { id: userId } })) === 0) throw new AppError("not_found");
      const [totp, codes, passkeys] = [
        await tx.totpFactor.deleteMany({ where: { userId } }),
        await tx.recoveryCode.deleteMany({ where: { userId } }),
        await tx.passkey.deleteMany({ where: { userId } }),
      ];
      await settleSecondFactor(tx, userId);
      await endSessions(tx, userId);
      await mailSecurityChanged(tx, userId, "factorsReset", entry.visitor);
      const before = { totp: totp.count > 0, recoveryCodes: codes.count, passkeys: passkeys.count };
      await record({ action: "user.second_factors_reset", subjectType: "User", subjectId: userId, before });
    });
    revalidatePath("/admin/users");
  },
);

async function findPerson(tx: Transaction, entry: Entry, id: string) {
  const person = await tx.user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id }] },
    select: { id: true, role: true, bannedAt: true, bannedUntil: true },
  });
  if (!person) throw new AppError("not_found");
  return person;
}
