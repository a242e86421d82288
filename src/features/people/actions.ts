"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { cookies } from "next/headers";
import { getLocale } from "next-intl/server";
import { lockAdmins } from "@/access/admins";
import { change } from "@/access/audit";
import { doerIn } from "@/access/doer";
import { action } from "@/access/door";
import { lockAddress, mailAccountCreated, mailSecurityChanged } from "@/access/identity/account-mails";
import { settleSecondFactor } from "@/access/identity/factors";
import { revokeInvitations } from "@/access/identity/invitations";
import { actOnPerson } from "@/access/identity/people-acts";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { endSessions } from "@/access/identity/ways-in";
import { lockPerson } from "@/access/person-lock";
import { AppError } from "@/lib/errors";
import { COLUMNS_COOKIE } from "./columns";
import {
  banPersonSchema,
  COLUMNS,
  changeRoleSchema,
  chooseColumnsSchema,
  createPersonSchema,
  resetSecondFactorsSchema,
  unbanPersonSchema,
} from "./schema";

const YEAR_SECONDS = 365 * 24 * 3600;

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
        await assertRecentlyProven(entry, tx);
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
  await change(entry, async (tx, record) => {
    // Whoever finds a screen unlocked must not make themselves an admin for good.
    if (role === "ADMIN") await assertRecentlyProven(entry, tx);
    await actOnPerson(tx, record, doerIn(entry), { act: "role", role }, userId);
  });
  revalidatePath("/admin/users");
  return { userId, role };
});

/** Shuts somebody out until a day or for good: their sessions end everywhere with the commit, and signing in says why. */
export const banPerson = action({ can: ["update", "User"], rate: "write" }, banPersonSchema, async ({ userId, ...ban }, entry) => {
  await change(entry, (tx, record) => actOnPerson(tx, record, doerIn(entry), { act: "ban", ...ban }, userId));
  revalidatePath("/admin/users");
});

/** Lets somebody back in; they sign in anew. */
export const unbanPerson = action({ can: ["update", "User"], rate: "write" }, unbanPersonSchema, async ({ userId }, entry) => {
  await change(entry, (tx, record) => actOnPerson(tx, record, doerIn(entry), { act: "unban" }, userId));
  revalidatePath("/admin/users");
});

/** Remembers in this browser what the table of people shows. */
export const choosePeopleColumns = action(
  { can: ["read", "Dashboard"], rate: "write" },
  chooseColumnsSchema,
  async (chosen, { visitor }) => {
    const value = COLUMNS.filter((column) => chosen[column]).join(".");
    const jar = await cookies();
    jar.set(COLUMNS_COOKIE, value || "none", { maxAge: YEAR_SECONDS, path: "/", sameSite: "lax", httpOnly: true, secure: visitor.secure });
    revalidatePath("/admin/users");
  },
);

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
