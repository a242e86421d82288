import type { Transaction } from "@/lib/db";
import { decrypt, encrypt, needsReencryption } from "@/lib/encryption";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { hashRecoveryCode, readRecoveryCode } from "@/lib/one-time-secret";
import { matchTotp } from "@/lib/totp";

/** Wrong codes of six digits a person may have in a day, over all sign-ins: one in 6,600 to be guessed by who has the password. */
const MAX_WRONG_A_DAY = 50;
const TOTP_SECRET = "totp-secret";

/** What was typed, made ready to be compared. */
export type Code = { kind: "totp"; code: string } | { kind: "recovery_code"; hash: string };

/** A TOTP secret as its row keeps it: encrypted, and bound to this person. */
export function sealTotpSecret(secret: string, userId: string): string {
  return encrypt(secret, { label: TOTP_SECRET, owner: userId }, env().AUTH_SECRETS);
}

/** The secret again; null when AUTH_SECRET has lost the key it was sealed with, or the row was tampered with. */
export function openTotpSecret(sealed: string, userId: string): string | null {
  return decrypt(sealed, { label: TOTP_SECRET, owner: userId }, env().AUTH_SECRETS);
}

/**
 * Which kind of code was typed: six digits of the app or a recovery code; null for neither. Before a transaction, because
 * the hash of a recovery code takes its time.
 */
export async function readCode(typed: string, userId: string): Promise<Code | null> {
  const digits = typed.replace(/\s/g, "");
  if (/^[0-9]{6}$/.test(digits)) return { kind: "totp", code: digits };
  const code = readRecoveryCode(typed);
  return code ? { kind: "recovery_code", hash: await hashRecoveryCode(code, userId) } : null;
}

/**
 * Takes a code of this person, once: of twenty that come with the same one, one is told true. A code of the app is good in
 * its step and one to either side, and never again nor after a later one (RFC 6238, 5.2; ASVS 6.5.1). Throws AppError
 * "rate_limited" when too many were wrong today; recovery codes, which nobody guesses, still work then.
 */
export async function takeCode(tx: Transaction, userId: string, code: Code): Promise<boolean> {
  if (code.kind === "recovery_code") {
    const used = await tx.recoveryCode.updateMany({ where: { userId, hash: code.hash, usedAt: null }, data: { usedAt: new Date() } });
    return used.count === 1;
  }
  if ((await wrongToday(tx, userId)) >= MAX_WRONG_A_DAY) throw new AppError("rate_limited", "too_many_codes", { retryAfter: 3600 });
  const factor = await tx.totpFactor.findFirst({ where: { userId, confirmedAt: { not: null } }, select: { secret: true } });
  return factor !== null && takeTotp(tx, userId, factor.secret, code.code);
}

/** Takes a code of this very secret, confirmed or not; a secret of an older key is sealed anew on the way. */
export async function takeTotp(
  tx: Transaction,
  userId: string,
  sealed: string,
  code: string,
  more: { confirmedAt?: Date } = {},
): Promise<boolean> {
  const secret = openTotpSecret(sealed, userId);
  if (!secret) log().error({ userId }, "a TOTP secret cannot be decrypted: AUTH_SECRET has lost the key it was written with");
  const step = secret ? matchTotp(secret, code) : null;
  if (!secret || step === null) return false;
  const renewed = needsReencryption(sealed, TOTP_SECRET, env().AUTH_SECRETS) ? { secret: sealTotpSecret(secret, userId) } : {};
  // The condition is what makes it single-use: of two at once, the second waits for the row and then finds a later step.
  const taken = await tx.totpFactor.updateMany({
    where: { userId, secret: sealed, lastStep: { lt: step } },
    data: { ...renewed, ...more, lastStep: step },
  });
  return taken.count === 1;
}

async function wrongToday(tx: Transaction, userId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ wrong: bigint | null }[]>`
    SELECT sum(("data"->>'wrong')::int) AS "wrong" FROM "Token"
     WHERE "userId" = ${userId}::uuid AND "purpose" = 'TWO_STEP' AND "createdAt" > now() - interval '1 day'`;
  return Number(rows[0]?.wrong ?? 0);
}
