import type { Transaction } from "@/lib/db";
import { lockPerson } from "../person-lock";
import { lineOf } from "../succession";

const NEVER = new Date(0);

/**
 * Closes what a stranger may have opened of these people's accounts: the password, and every provider, passkey and authenticator
 * app added after `since`. What remains is the mailbox, by which each chooses a new password.
 */
export async function closeWaysIn(tx: Transaction, userIds: string[], since: Date): Promise<void> {
  const userId = { in: userIds };
  const added = { userId, createdAt: { gte: since } };
  await tx.password.deleteMany({ where: { userId } });
  await tx.account.deleteMany({ where: added });
  await tx.passkey.deleteMany({ where: added });
  await tx.totpFactor.deleteMany({ where: added });
  await tx.recoveryCode.deleteMany({ where: added });
  const without = { id: userId, secondFactor: true, NOT: { totp: { confirmedAt: { not: null } } } };
  await tx.user.updateMany({ where: without, data: { secondFactor: false } });
}

/**
 * Takes accounts from whoever registered them with addresses that nobody had confirmed, before they become their owners': no way
 * in, no session and no link of theirs remains.
 */
export async function takeFromStrangers(tx: Transaction, userIds: string[]): Promise<void> {
  if (userIds.length === 0) return;
  // First, because it locks them: a session that begins just now is not missed.
  await tx.user.updateMany({ where: { id: { in: userIds } }, data: { epoch: { increment: 1 } } });
  await closeWaysIn(tx, userIds, NEVER);
  await tx.token.deleteMany({ where: { userId: { in: userIds } } });
  await endSessionsOf(tx, userIds);
}

/** Ends every session of a person but these; without any, also the ones this database has never heard of, by the epoch. Takes `lockPerson`. */
export async function endSessions(tx: Transaction, userId: string, but: string[] = []): Promise<void> {
  await lockPerson(tx, userId);
  await endOtherSessions(tx, userId, but);
  if (but.length === 0) await tx.user.update({ where: { id: userId }, data: { epoch: { increment: 1 } }, select: { id: true } });
}

/**
 * Ends every session of a person but these, and what goes on in their place, and says how many. Asked under `lockPerson`, so that one
 * which goes on under another id in this very moment is not missed.
 */
export async function endOtherSessions(tx: Transaction, userId: string, but: string[]): Promise<number> {
  const kept: string[] = [];
  for (const sid of but) kept.push(sid, ...(await lineOf(tx, { userId, sid })));
  const where = { userId, id: { notIn: kept }, endedAt: null };
  return (await tx.session.updateMany({ where, data: { endedAt: new Date() } })).count;
}

/** Ends the sessions of all these people, and says how many of each, where somebody had one. */
export async function endSessionsOf(tx: Transaction, userIds: string[]): Promise<Map<string, number>> {
  const ended = await tx.$queryRaw<{ userId: string }[]>`
    UPDATE "Session" SET "endedAt" = now() WHERE "userId" = ANY(${userIds}::uuid[]) AND "endedAt" IS NULL RETURNING "userId"`;
  const counts = new Map<string, number>();
  for (const { userId } of ended) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  return counts;
}
