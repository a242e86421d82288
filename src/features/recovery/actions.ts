"use server";

import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { homeOr, localPath } from "@/access/entry";
import { openLink, takeLink } from "@/access/identity/account-links";
import { askerOf, mailPasswordChanged, mailReset, mailWelcome } from "@/access/identity/account-mails";
import { isMagicLinkOffered, signInWithTicket } from "@/access/identity/sign-in";
import { beginTwoStep, issueTicket, twoStepPage } from "@/access/identity/tickets";
import { closeWaysIn, endSessions, takeFromStrangers } from "@/access/identity/ways-in";
import { AppError } from "@/lib/errors";
import { forgetFirstAdminPassword } from "@/lib/first-admin";
import { revokeLinks } from "@/lib/one-time-links";
import { assertAcceptablePassword, hashPassword } from "@/lib/passwords";
import { askForMagicLink, askForReset } from "./changes";
import { askMagicLinkSchema, disownSessionSchema, forgotPasswordSchema, resetPasswordSchema, signInByLinkSchema } from "./schema";

/** Asks for a mail with which to choose a new password; the answer is the same for every address. */
export const forgotPassword = action({ visitor: true, rate: "signup" }, forgotPasswordSchema, async ({ email }, visitor) => {
  await askForReset(email, await askerOf(visitor));
  return { email };
});

/**
 * Sets a new password, or a first one, by the link from the mailbox: confirms the address with it, ends every session
 * everywhere and every other link, and tells the person.
 */
export const resetPassword = action({ visitor: true, rate: "credentials" }, resetPasswordSchema, async ({ token, password }, visitor) => {
  const link = await openLink("RESET_PASSWORD", token);
  if (!link) throw new AppError("invalid", "link_expired");
  await assertAcceptablePassword(password, [link.person.email, link.person.name]);
  const hash = await hashPassword(password);
  await change(visitor, async (tx, record) => {
    const { userId, person } = await takeLink(tx, "RESET_PASSWORD", token);
    // Whoever registered an address that was not theirs keeps nothing of the account.
    if (!person.emailVerified) await takeFromStrangers(tx, [userId]);
    await tx.password.upsert({ where: { userId }, create: { userId, hash }, update: { hash } });
    const data = { mustChangePassword: false, emailVerified: person.emailVerified ?? new Date() };
    await tx.user.update({ where: { id: userId }, data, select: { id: true } });
    await endSessions(tx, userId);
    await revokeLinks(tx, userId);
    await mailPasswordChanged(tx, userId, visitor);
    await record({ action: "user.password_reset", actorId: userId, subjectType: "User", subjectId: userId });
  });
  await forgetFirstAdminPassword(link.person.email);
  redirect("/login?notice=password_reset");
});

/**
 * "This was not me", from the mail about a new device: ends that session and every other, closes what was opened since, and
 * mails a link to choose a new password.
 */
export const disownSession = action({ visitor: true, rate: "credentials" }, disownSessionSchema, async ({ token }, visitor) => {
  const { locale } = await askerOf(visitor);
  await change(visitor, async (tx, record) => {
    const { userId, createdAt, sid, person } = await takeLink(tx, "END_SESSION", token);
    await endSessions(tx, userId);
    await closeWaysIn(tx, [userId], createdAt);
    await revokeLinks(tx, userId);
    await mailReset(tx, person, locale, { voided: true });
    const subject = sid ? ({ subjectType: "Session", subjectId: sid } as const) : ({ subjectType: "User", subjectId: userId } as const);
    await record({ action: "user.session_disowned", actorId: userId, ...subject });
  });
  redirect("/login?notice=session_disowned");
});

/** Asks for a mail whose link signs in, where auth.config.ts offers it; the answer is the same for every address. */
export const askMagicLink = action({ visitor: true, rate: "signup" }, askMagicLinkSchema, async ({ email, callbackUrl }, visitor) => {
  if (!isMagicLinkOffered()) throw new AppError("not_found");
  await askForMagicLink(email, localPath(callbackUrl), await askerOf(visitor));
  return { email };
});

/**
 * Signs in by the link from the mailbox, once: confirms the address with it, and leads by the second step where there is one. Of
 * an account that nobody had confirmed, whatever way in its first visitor left is closed.
 */
export const signInByLink = action({ visitor: true, rate: "credentials" }, signInByLinkSchema, async ({ token }, visitor) => {
  if (!isMagicLinkOffered()) throw new AppError("not_found");
  const { locale } = await askerOf(visitor);
  const { link, ticket } = await change(visitor, async (tx, record) => {
    const taken = await takeLink(tx, "MAGIC_LINK", token);
    const { userId, person } = taken;
    if (!person.emailVerified) {
      await takeFromStrangers(tx, [userId]);
      await tx.user.update({ where: { id: userId }, data: { emailVerified: new Date() }, select: { id: true } });
      await mailWelcome(tx, person, locale);
      await record({ action: "user.email_verified", actorId: userId, subjectType: "User", subjectId: userId });
    }
    await record({ action: "user.magic_link_used", actorId: userId, subjectType: "User", subjectId: userId });
    const isTwoStep = person.secondFactor && person.emailVerified !== null;
    return { link: taken, ticket: isTwoStep ? null : await issueTicket(tx, { userId, method: "email", strong: false }) };
  });
  const path = homeOr(link.path);
  if (ticket) await signInWithTicket(ticket);
  else if (await beginTwoStep(link.userId, "email", { shownFor: link.shownFor })) redirect(twoStepPage(path));
  redirect(path);
});
