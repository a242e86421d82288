"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { type Entry, homeOr, localPath } from "@/access/entry";
import { askerOf, mailPasswordChanged } from "@/access/identity/account-mails";
import { verifyCredentials } from "@/access/identity/credentials";
import { changeFactors, continueIn, renewSession } from "@/access/identity/factors";
import { assertWayInRemains } from "@/access/identity/last-way-in";
import { rememberAddress } from "@/access/identity/pending-address";
import { continueWithProvider, endSession, isOfferedProvider, signInWithPassword } from "@/access/identity/sign-in";
import { twoStepPage } from "@/access/identity/tickets";
import { endOtherSessions } from "@/access/identity/ways-in";
import { lockPerson } from "@/access/person-lock";
import { assertSignUpOpen } from "@/access/sign-up";
import { AppError } from "@/lib/errors";
import { forgetFirstAdminPassword } from "@/lib/first-admin";
import { revokeLinks } from "@/lib/one-time-links";
import { assertAcceptablePassword, hashPassword } from "@/lib/passwords";
import { keepRegistration } from "./changes";
import { getWaysIn } from "./queries";
import {
  changePasswordSchema,
  confirmPasswordSchema,
  disconnectAccountSchema,
  providerSchema,
  registerSchema,
  signInSchema,
  signOutSchema,
} from "./schema";

/** Signs in with address and password, then goes where the person was going, by the second step where there is one. */
export const signInWithEmail = action({ visitor: true, rate: "credentials" }, signInSchema, async ({ email, password, callbackUrl }) => {
  const signedIn = await signInWithPassword(email, password);
  redirect(signedIn ? target(callbackUrl) : twoStepPage(target(callbackUrl)));
});

/**
 * Asks for an account, where the sign-up is open to the address. Known and unknown addresses are answered alike, by the page
 * that says where the mail went; nobody is signed in before the address is confirmed.
 */
export const register = action({ visitor: true, rate: "signup" }, registerSchema, async ({ email, password, callbackUrl }, visitor) => {
  assertSignUpOpen(email);
  await assertAcceptablePassword(password, [email]);
  const passwordHash = await hashPassword(password);
  const path = localPath(callbackUrl);
  await keepRegistration({ email, passwordHash, path }, await askerOf(visitor));
  await rememberAddress(email, path, 1, visitor);
  redirect("/verify-email");
});

/** Goes to a provider to sign in or, from the settings of who is signed in, to connect it. */
export const continueWith = action(
  { visitor: true, rate: "credentials" },
  providerSchema,
  async ({ provider, callbackUrl, connects }, { secure }) => {
    if (isOfferedProvider(provider))
      (await cookies()).set("last-way-in", provider, { maxAge: 365 * 24 * 3600, path: "/login", sameSite: "lax", httpOnly: true, secure });
    await continueWithProvider(provider, target(callbackUrl), connects);
  },
);

/** Ends this session everywhere its cookie may have been copied to. */
export const signOut = action({ visitor: true, rate: "write" }, signOutSchema, async () => {
  await endSession();
  redirect("/login");
});

/** Takes a provider away as a way into one's own account, unless it is the last one. Every other session ends. */
export const disconnectAccount = action(
  { can: ["delete", "Account"], rate: "write" },
  disconnectAccountSchema,
  async ({ provider }, entry) => {
    const { userId } = entry.actor;
    await changeFactors(entry, "providerDisconnected", async (tx, record) => {
      ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("Account", { userId }));
      // Own ones only, an admin's too.
      const { count } = await tx.account.deleteMany({ where: { userId, provider } });
      if (count === 0) throw new AppError("not_found");
      await assertWayInRemains(tx, userId);
      await record({ action: "account.disconnected", subjectType: "Account", subjectId: provider, before: { provider } });
    });
    revalidatePath("/settings/security");
  },
);

/** Proves again who is sitting there; for ten minutes the ways in may then be changed, in a session anew. */
export const confirmPassword = action(
  { can: ["create", "Account"], rate: "credentials" },
  confirmPasswordSchema,
  async ({ password }, entry) => {
    const { email, userId, sid } = entry.actor;
    if ((await verifyCredentials(email, password)) !== userId)
      throw new AppError("invalid", undefined, { fields: { password: "field.wrong_password" } });
    const claims = await change(entry, async (tx, record) => {
      await lockPerson(tx, userId);
      await tx.session.update({ where: { id: sid }, data: { reauthenticatedAt: new Date() } });
      await record({ action: "user.reauthenticated", subjectType: "Session", subjectId: sid, after: { method: "password" } });
      return renewSession(tx, record, entry);
    });
    await continueIn(claims, entry);
    revalidatePath("/settings/security");
  },
);

/** Changes the password, or sets the first one, and ends every session of the person: this browser goes on in a new one. */
export const changePassword = action(
  { can: ["update", "Credentials"], rate: "credentials", standing: "any" },
  changePasswordSchema,
  async ({ current, password }, entry) => {
    const { userId, sid, email, name } = entry.actor;
    await assertOwnHand(current, entry);
    await assertAcceptablePassword(password, [email, name]);
    if (current !== undefined && current.normalize("NFKC") === password.normalize("NFKC"))
      throw new AppError("invalid", undefined, { fields: { password: "field.password_same" } });
    const hash = await hashPassword(password);
    const { first, claims } = await change(entry, async (tx, record) => {
      await lockPerson(tx, userId);
      const before = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { mustChangePassword: true } });
      await tx.password.upsert({ where: { userId }, create: { userId, hash }, update: { hash } });
      await tx.user.update({ where: { id: userId }, data: { mustChangePassword: false }, select: { id: true } });
      const otherSessionsEnded = await endOtherSessions(tx, userId, [sid]);
      await tx.session.update({ where: { id: sid }, data: { reauthenticatedAt: new Date() } });
      await revokeLinks(tx, userId);
      await mailPasswordChanged(tx, userId, entry.visitor);
      await record({ action: "user.password_changed", subjectType: "User", subjectId: userId, after: { otherSessionsEnded } });
      return { first: before.mustChangePassword, claims: await renewSession(tx, record, entry) };
    });
    await continueIn(claims, entry);
    if (first) await forgetFirstAdminPassword(email);
    revalidatePath("/settings/security");
  },
);

/** The current password; where there is none yet, a sign-in of the last ten minutes stands for it. */
async function assertOwnHand(given: string | undefined, entry: Entry): Promise<void> {
  if (given !== undefined) {
    if ((await verifyCredentials(entry.actor.email, given)) !== entry.actor.userId)
      throw new AppError("invalid", undefined, { fields: { current: "field.wrong_password" } });
    return;
  }
  const { hasPassword, recentlyProven } = await getWaysIn(entry);
  if (hasPassword) throw new AppError("invalid", undefined, { fields: { current: "field.required" } });
  if (!recentlyProven) throw new AppError("forbidden", "reauthenticate");
}

function target(callbackUrl: string | undefined): string {
  return homeOr(localPath(callbackUrl));
}
