"use server";

import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { currentEntry, homeOr } from "@/access/entry";
import { assertOwner, hasUsedLink, isSignedInAs, openLink, takeLink } from "@/access/identity/account-links";
import {
  askerOf,
  lockAddress,
  mailAddressChange,
  mailAddressChanged,
  mailAlreadyRegistered,
  mailReset,
  mailWelcome,
  mayMail,
} from "@/access/identity/account-mails";
import { verifyCredentials } from "@/access/identity/credentials";
import { forgetAddress, pendingAddress, rememberAddress } from "@/access/identity/pending-address";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { signInWithTicket } from "@/access/identity/sign-in";
import { beginTwoStep, issueTicket, twoStepPage } from "@/access/identity/tickets";
import { closeWaysIn, endSessions } from "@/access/identity/ways-in";
import { lastOf } from "@/access/succession";
import { isUniqueViolation } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { revokeLinks } from "@/lib/one-time-links";
import { askForVerification, releaseAddress } from "./changes";
import { changeAddressSchema, confirmSchema, linkSchema, resendSchema } from "./schema";

const HOUR_MS = 3_600_000;
const CHANGES_AN_HOUR = 5;

/** Asks for the confirmation mail once more; says the same whether or not there is anything to confirm. */
export const resendVerification = action({ visitor: true, rate: "credentials" }, resendSchema, async (_, visitor) => {
  const [entry, pending] = [await currentEntry(), await pendingAddress(visitor)];
  const address = entry?.actor.email ?? pending?.address;
  if (!address) throw new AppError("invalid", "no_address");
  const noted = pending?.address === address ? pending : null;
  if (noted && noted.wait > 0)
    throw new AppError("rate_limited", "wait_for_mail", { params: { seconds: noted.wait }, retryAfter: noted.wait });
  await askForVerification(address, await askerOf(visitor));
  await rememberAddress(address, noted?.path ?? "/", (noted?.mails ?? 0) + 1, visitor);
});

/** Confirms an address: the link shows whose mailbox it is, the password or the session who registered it. Signs in. */
export const confirmAddress = action({ visitor: true, rate: "credentials" }, confirmSchema, async ({ token, password }, visitor) => {
  const link = await openLink("VERIFY_EMAIL", token);
  if (!link && (await hasUsedLink("VERIFY_EMAIL", token))) redirect(homeOr("/"));
  if (!link) throw new AppError("invalid", "link_expired");
  const isSignedIn = await assertOwner(link, password);
  const { locale } = await askerOf(visitor);
  const { ticket, shownFor } = await change(visitor, async (tx, record) => {
    const { userId, person, shownFor } = await takeLink(tx, "VERIFY_EMAIL", token);
    await tx.user.update({ where: { id: userId }, data: { emailVerified: new Date() }, select: { id: true } });
    await mailWelcome(tx, person, locale);
    await record({ action: "user.email_verified", actorId: userId, subjectType: "User", subjectId: userId });
    const isEnough = !isSignedIn && !person.secondFactor;
    return { ticket: isEnough ? await issueTicket(tx, { userId, method: "password", strong: false }) : null, shownFor };
  });
  await forgetAddress(visitor);
  const path = homeOr(link.path);
  if (ticket) await signInWithTicket(ticket);
  else if (!isSignedIn && (await beginTwoStep(link.userId, "password", { shownFor }))) redirect(twoStepPage(path));
  redirect(path);
});

/**
 * Asks for another address: a link goes there, and nothing changes before it is confirmed. An address that has an account is
 * answered alike; its owner is told by mail.
 */
export const requestAddressChange = action(
  { can: ["update", "Credentials"], rate: "credentials", standing: "any" },
  changeAddressSchema,
  async ({ email, password }, entry) => {
    const { userId, sid, email: current } = entry.actor;
    if (email === current) throw new AppError("invalid", undefined, { fields: { email: "field.email_same" } });
    if (password === undefined) await assertRecentlyProven(entry);
    else if ((await verifyCredentials(current, password)) !== userId)
      throw new AppError("invalid", undefined, { fields: { password: "field.wrong_password" } });
    const { locale } = await askerOf(entry.visitor);
    await change(entry, async (tx, record) => {
      const person = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { id: true, email: true, locale: true } });
      await lockAddress(tx, userId);
      const where = { actorId: userId, action: "user.email_change_requested", at: { gt: new Date(Date.now() - HOUR_MS) } };
      if ((await tx.auditEvent.count({ where })) >= CHANGES_AN_HOUR) throw new AppError("rate_limited", undefined, { retryAfter: 3600 });
      await lockAddress(tx, email);
      const owner = await tx.user.findUnique({ where: { email }, select: { id: true, email: true, locale: true } });
      if (owner) await mailAlreadyRegistered(tx, owner, locale);
      else if (await mayMail(tx, email, "emailChange")) await mailAddressChange(tx, person, email, sid, locale);
      await record({ action: "user.email_change_requested", subjectType: "User", subjectId: userId });
    });
    return { email };
  },
);

/** Makes the new address the account's, ends the other sessions and every other link, and tells the old address. */
export const confirmAddressChange = action({ visitor: true, rate: "credentials" }, confirmSchema, async ({ token, password }, visitor) => {
  const link = await openLink("CHANGE_EMAIL", token);
  if (!link) throw new AppError("invalid", "link_expired");
  await assertOwner(link, password);
  const here = (await isSignedInAs(link.userId)) ? (await currentEntry())?.actor.sid : undefined;
  const { locale } = await askerOf(visitor);
  try {
    await change(visitor, async (tx, record) => {
      const { userId, address, sid, person } = await takeLink(tx, "CHANGE_EMAIL", token);
      await tx.user.update({ where: { id: userId }, data: { email: address, emailVerified: new Date() }, select: { id: true } });
      // The session that asked stays, under whichever id it has by now, and the one that confirms.
      const asked = sid === null ? null : await lastOf({ userId, sid }, tx);
      await endSessions(
        tx,
        userId,
        [asked?.id, here].filter((kept) => kept !== undefined),
      );
      await revokeLinks(tx, userId);
      // An address nobody confirmed may be a stranger's: it is told nothing, and gets no way back.
      if (person.emailVerified) await mailAddressChanged(tx, person, address, locale);
      await record({ action: "user.email_changed", actorId: userId, subjectType: "User", subjectId: userId });
    });
  } catch (error) {
    // Taken since the link was sent; whoever reads this mailbox may know.
    if (isUniqueViolation(error)) throw new AppError("conflict", "email_taken", { cause: error });
    throw error;
  }
  await forgetAddress(visitor);
  redirect(here ? "/settings/security?notice=address_changed_here" : "/login?notice=address_changed");
});

/**
 * Puts the old address back, from the mail that went there: ends every session, closes what was opened since, and mails a
 * link to choose a new password.
 */
export const revertAddressChange = action({ visitor: true, rate: "credentials" }, linkSchema, async ({ token }, visitor) => {
  const { locale } = await askerOf(visitor);
  try {
    await change(visitor, async (tx, record) => {
      const { userId, address, createdAt, person } = await takeLink(tx, "REVERT_EMAIL", token);
      await releaseAddress(tx, address);
      await tx.user.update({ where: { id: userId }, data: { email: address, emailVerified: new Date() }, select: { id: true } });
      await endSessions(tx, userId);
      await closeWaysIn(tx, [userId], createdAt);
      await revokeLinks(tx, userId);
      // The ways back from later changes lead to whoever made them.
      await tx.token.deleteMany({ where: { userId, purpose: "REVERT_EMAIL", createdAt: { gt: createdAt } } });
      await mailReset(tx, { ...person, email: address }, locale, { voided: true });
      await record({ action: "user.email_reverted", actorId: userId, subjectType: "User", subjectId: userId });
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", "email_taken", { cause: error });
    throw error;
  }
  redirect("/login?notice=address_restored");
});
