import { getLocale, getTranslations } from "next-intl/server";
import { defaultLocale, isLocale, type Locale } from "@/i18n/locale";
import type { Transaction } from "@/lib/db";
import type { MailTemplate, SecurityChange } from "@/lib/mail-props";
import { issueLink, issueLinks, LINK_MINUTES } from "@/lib/one-time-links";
import { enqueueMail, enqueueMails } from "@/lib/outbox";
import type { Asker } from "@/lib/queue";
import { siteLink } from "@/lib/site-link";
import { describeUserAgent } from "@/lib/user-agent";
import type { Visitor } from "../entry";

const HOUR_MS = 3_600_000;
/** Nobody waits for this mail: it may lie in a mailbox over a week-end. */
const FIRST_PASSWORD_DAYS = 7;

/** How many of each go to one address within an hour. Whoever asks for more is answered alike and causes no mail. */
const HOURLY = {
  verification: 5,
  alreadyRegistered: 1,
  reset: 3,
  magicLink: 5,
  emailChange: 5,
  invitation: 3,
  organizationInvitation: 3,
} satisfies Partial<Record<MailTemplate, number>>;

/** The person a mail goes to, in their language where they chose one. */
export interface Addressee {
  id: string;
  email: string;
  locale: string | null;
}

const ADDRESSEE = { id: true, email: true, locale: true } as const;

/** What a job has to know of the request that caused it. */
export async function askerOf({ ip, userAgent }: Visitor): Promise<Asker> {
  return { ip, userAgent, locale: await getLocale() };
}

/** One at a time for each address, until the transaction ends: what is counted or looked up in it stays true. */
export async function lockAddress(tx: Transaction, address: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`address ${address}`}))`;
}

/** Whether another mail of this kind may go to this address now. Asked under `lockAddress`. */
export async function mayMail(tx: Transaction, to: string, template: keyof typeof HOURLY): Promise<boolean> {
  const sent = await tx.mail.count({ where: { to, template, createdAt: { gt: new Date(Date.now() - HOUR_MS) } } });
  return sent < HOURLY[template];
}

/** A link that confirms the address together with the password; `path` is where the person was going. */
export async function mailVerification(tx: Transaction, to: Addressee, fallback: Locale, path: string): Promise<void> {
  const secret = await issueLink(tx, { purpose: "VERIFY_EMAIL", userId: to.id, address: to.email, data: { path } });
  const props = { url: siteLink(`/verify-email?token=${secret}`), minutes: LINK_MINUTES.VERIFY_EMAIL };
  await enqueueMail(tx, { template: "verification", props, ...envelope(to, fallback) });
}

/** A link with which whoever reads the mailbox chooses a new password; `voided` says that the old one is none any more. */
export async function mailReset(tx: Transaction, to: Addressee, fallback: Locale, { voided = false } = {}): Promise<void> {
  const secret = await issueLink(tx, { purpose: "RESET_PASSWORD", userId: to.id, address: to.email });
  const props = { url: siteLink(`/reset-password?token=${secret}`), minutes: LINK_MINUTES.RESET_PASSWORD, voided };
  await enqueueMail(tx, { template: "reset", props, ...envelope(to, fallback) });
}

/**
 * The same to many whose addresses an admin confirmed, with time to read it: what opened their accounts before no longer does,
 * because it may have been a stranger's.
 */
export async function mailAddressesConfirmed(tx: Transaction, userIds: string[], fallback: Locale): Promise<void> {
  const people = await tx.user.findMany({ where: { id: { in: userIds } }, select: ADDRESSEE });
  const minutes = FIRST_PASSWORD_DAYS * 24 * 60;
  const to = people.map(({ id: userId, email: address }) => ({ userId, address }));
  const secrets = await issueLinks(tx, to, { purpose: "RESET_PASSWORD", minutes });
  const mails = people.map((person, index) => ({
    template: "reset" as const,
    props: { url: siteLink(`/reset-password?token=${secrets[index]}`), minutes, voided: true },
    ...envelope(person, fallback),
  }));
  await enqueueMails(tx, mails);
}

/** Tells people that an admin shut them out, why, and until when. An address nobody confirmed may be a stranger's: it is told nothing. */
export async function mailBanned(
  tx: Transaction,
  userIds: string[],
  { reason, until }: { reason: string; until: Date | null },
  fallback: Locale,
): Promise<void> {
  const people = await tx.user.findMany({ where: { id: { in: userIds }, emailVerified: { not: null } }, select: ADDRESSEE });
  const props = { reason, ...(until && { until: until.toISOString() }) };
  await enqueueMails(
    tx,
    people.map((to) => ({ template: "banned", props, ...envelope(to, fallback) })),
  );
}

/** A link that signs in; `path` is where the person was going. */
export async function mailMagicLink(tx: Transaction, to: Addressee, fallback: Locale, path: string): Promise<void> {
  const secret = await issueLink(tx, { purpose: "MAGIC_LINK", userId: to.id, address: to.email, data: { path } });
  const props = { url: siteLink(`/magic-link?token=${secret}`), minutes: LINK_MINUTES.MAGIC_LINK };
  await enqueueMail(tx, { template: "magicLink", props, ...envelope(to, fallback) });
}

/** Invites whoever reads this mailbox, in the name of `by`, who sees to it that they may. */
export async function mailInvitation(
  tx: Transaction,
  { to, secret, by, days }: { to: string; secret: string; by: string; days: number },
  locale: Locale,
): Promise<void> {
  const props = { url: siteLink(`/invitation?token=${secret}`), by, days };
  await enqueueMail(tx, { template: "invitation", props, to, locale });
}

/** Invites whoever reads this mailbox into an organisation, in the name of `by`, who sees to it that they may. */
export async function mailOrganizationInvitation(
  tx: Transaction,
  { to, secret, ...said }: { to: string; secret: string; by: string; byId: string; organization: string; days: number },
  locale: Locale,
): Promise<void> {
  const props = { url: siteLink(`/join?token=${secret}`), ...said };
  await enqueueMail(tx, { template: "organizationInvitation", props, to, locale });
}

/** Tells somebody that an admin made an account for them; its link sets the password and so confirms the address. */
export async function mailAccountCreated(tx: Transaction, to: Addressee, fallback: Locale): Promise<void> {
  const minutes = FIRST_PASSWORD_DAYS * 24 * 60;
  const secret = await issueLink(tx, { purpose: "RESET_PASSWORD", userId: to.id, address: to.email, minutes });
  const props = { url: siteLink(`/reset-password?token=${secret}`), days: FIRST_PASSWORD_DAYS };
  await enqueueMail(tx, { template: "accountCreated", props, ...envelope(to, fallback) });
}

/** Tells the owner of an address that somebody wanted to use it anew; at most one an hour. */
export async function mailAlreadyRegistered(tx: Transaction, to: Addressee, fallback: Locale): Promise<void> {
  if (!(await mayMail(tx, to.email, "alreadyRegistered"))) return;
  const props = { signInUrl: siteLink("/login"), resetUrl: siteLink("/forgot-password") };
  await enqueueMail(tx, { template: "alreadyRegistered", props, ...envelope(to, fallback) });
}

/** The account is open. */
export async function mailWelcome(tx: Transaction, to: Addressee & { name: string }, fallback: Locale): Promise<void> {
  await enqueueMail(tx, { template: "welcome", props: { name: to.name }, ...envelope(to, fallback) });
}

/** To the new address, to be confirmed; the link remembers the one it replaces, and the session it was asked for in. */
export async function mailAddressChange(tx: Transaction, to: Addressee, address: string, sid: string, fallback: Locale): Promise<void> {
  const secret = await issueLink(tx, { purpose: "CHANGE_EMAIL", userId: to.id, address, data: { from: to.email, sid } });
  const props = { url: siteLink(`/change-email?token=${secret}`), newAddress: address, hours: LINK_MINUTES.CHANGE_EMAIL / 60 };
  await enqueueMail(tx, { template: "emailChange", props, ...envelope(to, fallback), to: address });
}

/** To the address that was replaced, with the way back. */
export async function mailAddressChanged(tx: Transaction, to: Addressee, address: string, fallback: Locale): Promise<void> {
  const secret = await issueLink(tx, { purpose: "REVERT_EMAIL", userId: to.id, address: to.email, data: { to: address } });
  const revertUrl = siteLink(`/revert-email?token=${secret}`);
  const props = { oldAddress: to.email, newAddress: address, revertUrl, days: LINK_MINUTES.REVERT_EMAIL / (24 * 60) };
  await enqueueMail(tx, { template: "emailChanged", props, ...envelope(to, fallback) });
}

/** Tells the person that their password is another one now. An address nobody confirmed may be a stranger's: it is told nothing. */
export async function mailPasswordChanged(tx: Transaction, userId: string, { userAgent }: Visitor): Promise<void> {
  const to = await tx.user.findFirst({ where: { id: userId, emailVerified: { not: null } }, select: ADDRESSEE });
  if (!to) return;
  const { locale, ...rest } = envelope(to, await getLocale());
  const props = { when: new Date().toISOString(), browser: await nameOf(userAgent, locale) };
  await enqueueMail(tx, { template: "passwordChanged", props, locale, ...rest });
}

/** Tells the person that a way into their account, or its second factor, is another one now. An address nobody confirmed is told nothing. */
export async function mailSecurityChanged(
  tx: Transaction,
  userId: string,
  what: SecurityChange,
  { userAgent }: Pick<Visitor, "userAgent">,
): Promise<void> {
  const to = await tx.user.findFirst({ where: { id: userId, emailVerified: { not: null } }, select: ADDRESSEE });
  if (!to) return;
  const { locale, ...rest } = envelope(to, await getLocale());
  const props = { when: new Date().toISOString(), browser: await nameOf(userAgent, locale), what };
  await enqueueMail(tx, { template: "securityChanged", props, locale, ...rest });
}

/** Tells the person of a sign-in from a browser that was not seen before; its link undoes it. */
export async function mailNewDevice(
  tx: Transaction,
  to: Addressee,
  sid: string,
  { userAgent, place }: { userAgent: string | null; place: string | null },
): Promise<void> {
  const secret = await issueLink(tx, { purpose: "END_SESSION", userId: to.id, address: to.email, data: { sid } });
  const { locale, ...rest } = envelope(to, await getLocale());
  const props = {
    when: new Date().toISOString(),
    browser: await nameOf(userAgent, locale),
    ...(place && { place }),
    url: siteLink(`/not-me?token=${secret}`),
  };
  await enqueueMail(tx, { template: "newDevice", props, locale, ...rest });
}

/** Tells people when their account goes, and where to keep it. An address nobody confirmed may be a stranger's: it is told nothing. */
export async function mailAccountDeletion(tx: Transaction, userIds: string[], deleteAfter: Date, fallback: Locale): Promise<void> {
  const people = await tx.user.findMany({ where: { id: { in: userIds }, emailVerified: { not: null } }, select: ADDRESSEE });
  const props = { when: deleteAfter.toISOString(), undoUrl: siteLink("/settings/account") };
  await enqueueMails(
    tx,
    people.map((to) => ({ template: "accountDeletion", props, ...envelope(to, fallback) })),
  );
}

/** Says goodbye: the account is gone. Of nobody any more, so the row goes as soon as it is sent. */
export async function mailAccountDeleted(tx: Transaction, to: { email: string; locale: string | null }): Promise<void> {
  const locale = isLocale(to.locale) ? to.locale : defaultLocale;
  await enqueueMail(tx, { template: "accountDeletion", props: { when: new Date().toISOString() }, to: to.email, locale });
}

function envelope({ id: userId, email: to, locale }: Addressee, fallback: Locale) {
  return { to, userId, locale: isLocale(locale) ? locale : fallback };
}

/** "Chrome 140 on Windows", as far as it is known. */
async function nameOf(userAgent: string | null, locale: Locale): Promise<string> {
  const t = await getTranslations({ locale, namespace: "devices" });
  const { browser, system } = describeUserAgent(userAgent);
  if (!browser) return t("unknown");
  return system ? t("browserOn", { browser, system }) : browser;
}
