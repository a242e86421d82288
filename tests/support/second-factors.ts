import { generateSync } from "otplib";
import { sealTotpSecret } from "@/access/identity/second-factor";
import { db } from "@/lib/db";
import { hashRecoveryCode, newOneTimeSecret, newRecoveryCode } from "@/lib/one-time-secret";
import { newTotpSecret } from "@/lib/totp";

/** How many recovery codes lie in everybody's drawer. */
const CODES = 2;

/**
 * Turns two-step sign-in on for this person as `confirmTotp` does, and gives what their phone holds, and as many of the codes in
 * their drawer as are asked for: a hash costs 40 ms, and behind that of a code nobody reads need not be one.
 */
export async function withTotp(person: { id: string }, read = 0) {
  const secret = newTotpSecret();
  const recoveryCodes = Array.from({ length: read }, newRecoveryCode);
  const hashes = await Promise.all(recoveryCodes.map((code) => hashRecoveryCode(code, person.id)));
  while (hashes.length < CODES) hashes.push(newOneTimeSecret().hash);
  await db().totpFactor.create({ data: { userId: person.id, secret: sealTotpSecret(secret, person.id), confirmedAt: new Date() } });
  await db().recoveryCode.createMany({ data: hashes.map((hash) => ({ userId: person.id, hash })) });
  await db().user.update({ where: { id: person.id }, data: { secondFactor: true } });
  return { secret, recoveryCodes, code: (step = 0) => codeOf(secret, step) };
}

/** What an app shows now, or `step` steps from now. */
export function codeOf(secret: string, step = 0): string {
  return generateSync({ secret: secret.replaceAll(" ", ""), epoch: Math.floor(Date.now() / 1000) + 30 * step });
}
