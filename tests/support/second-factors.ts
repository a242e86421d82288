import { generateSync } from "otplib";
import { sealTotpSecret } from "@/access/identity/second-factor";
import { db } from "@/lib/db";
import { hashRecoveryCode, newRecoveryCode } from "@/lib/one-time-secret";
import { newTotpSecret } from "@/lib/totp";

/** Turns two-step sign-in on for this person as `confirmTotp` does, and gives what their phone and their drawer hold. */
export async function withTotp(person: { id: string }, codes = 2) {
  const secret = newTotpSecret();
  const recoveryCodes = Array.from({ length: codes }, newRecoveryCode);
  const hashes = await Promise.all(recoveryCodes.map((code) => hashRecoveryCode(code, person.id)));
  await db().totpFactor.create({ data: { userId: person.id, secret: sealTotpSecret(secret, person.id), confirmedAt: new Date() } });
  await db().recoveryCode.createMany({ data: hashes.map((hash) => ({ userId: person.id, hash })) });
  await db().user.update({ where: { id: person.id }, data: { secondFactor: true } });
  return { secret, recoveryCodes, code: (step = 0) => codeOf(secret, step) };
}

/** What an app shows now, or `step` steps from now. */
export function codeOf(secret: string, step = 0): string {
  return generateSync({ secret: secret.replaceAll(" ", ""), epoch: Math.floor(Date.now() / 1000) + 30 * step });
}
