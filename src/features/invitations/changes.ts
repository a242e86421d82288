import "server-only";
import { ForbiddenError } from "@casl/ability";
import { getLocale } from "next-intl/server";
import { lockAdmins } from "@/access/admins";
import type { Entry } from "@/access/entry";
import { mailInvitation, mayMail } from "@/access/identity/account-mails";
import { INVITATION_DAYS, type OpenInvitation } from "@/access/identity/invitations";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { takeFromStrangers } from "@/access/identity/ways-in";
import type { Locale } from "@/i18n/locale";
import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";

const DAY_MS = 24 * 3_600_000;
/** How long the address of somebody who never came stays in the list. */
const KEPT_DAYS = 90;

export function expiry(): Date {
  return new Date(Date.now() + INVITATION_DAYS * DAY_MS);
}

/** Throws unless this person may make somebody what the invitation is for: an admin only as a change of role does, asked under the same lock. */
export async function assertMayInvite(tx: Transaction, entry: Entry, role: "MEMBER" | "ADMIN"): Promise<void> {
  if (role !== "ADMIN") return;
  await assertRecentlyProven(entry, tx);
  ForbiddenError.from(entry.ability).throwUnlessCan("update", "User", "role");
  if (!(await lockAdmins(tx)).has(entry.actor.userId)) throw new AppError("forbidden");
}

/** Mails the link, in the language of whoever invites; throws AppError "rate_limited" after three within an hour. Asked under `lockAddress`. */
export async function mailLink(tx: Transaction, { actor }: Entry, to: string, secret: string): Promise<void> {
  if (!(await mayMail(tx, to, "invitation"))) throw new AppError("rate_limited", "invited_often", { retryAfter: 3600 });
  await mailInvitation(tx, { to, secret, by: actor.name, days: INVITATION_DAYS }, await getLocale());
}

/** The account of an invited address: a new one, or the one that a stranger registered and never confirmed, emptied of their ways in. */
export async function accountOf(
  tx: Transaction,
  { email, owner }: OpenInvitation,
  { name, hash, locale }: { name: string; hash: string; locale: Locale },
) {
  const select = { id: true, email: true, locale: true, name: true } as const;
  const data = { name, emailVerified: new Date() };
  if (!owner) return tx.user.create({ data: { email, locale, ...data, password: { create: { hash } } }, select });
  await takeFromStrangers(tx, [owner.id]);
  return tx.user.update({ where: { id: owner.id }, data: { ...data, password: { create: { hash } } }, select });
}

/** Forgets the addresses of those who never came, three months after their invitation was over. */
export async function sweepInvitations(): Promise<void> {
  await db().invitation.deleteMany({ where: { acceptedAt: null, expiresAt: { lt: new Date(Date.now() - KEPT_DAYS * DAY_MS) } } });
}
