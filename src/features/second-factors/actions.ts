"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { homeOr, localPath } from "@/access/entry";
import { changeFactors, reauthenticateWithCode } from "@/access/identity/factors";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { sealTotpSecret, takeTotp } from "@/access/identity/second-factor";
import { signInWithTicket } from "@/access/identity/sign-in";
import { forgetFirstStep, passSecondStep } from "@/access/identity/tickets";
import { lockPerson } from "@/access/person-lock";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { hashRecoveryCode, newRecoveryCode } from "@/lib/one-time-secret";
import { qrCode } from "@/lib/qr-code";
import { newTotpSecret, totpUri } from "@/lib/totp";
import { codeSchema, noInput, twoStepSchema } from "./schema";

const PAGE = "/settings/security";
const RECOVERY_CODES = 10;

/** Makes a secret for an authenticator app and shows it, this once; it counts from `confirmTotp` on. */
export const startTotp = action({ can: ["create", "TotpFactor"], rate: "write" }, noInput, async (_, entry) => {
  const { userId, email } = entry.actor;
  const secret = newTotpSecret();
  const sealed = sealTotpSecret(secret, userId);
  await change(entry, async (tx, record) => {
    await lockPerson(tx, userId);
    await assertRecentlyProven(entry, tx);
    if ((await tx.totpFactor.count({ where: { userId, confirmedAt: { not: null } } })) > 0) throw new AppError("conflict", "totp_exists");
    await tx.totpFactor.deleteMany({ where: { userId } });
    await tx.totpFactor.create({ data: { userId, secret: sealed }, select: { userId: true } });
    await record({ action: "totp.started", subjectType: "TotpFactor", subjectId: userId });
  });
  const { size, path } = qrCode(totpUri(secret, "Foyer", email));
  // In groups of four, as people type it.
  return { secret: secret.replace(/(.{4})(?=.)/g, "$1 "), qr: { size, path } };
});

/**
 * Turns two-step sign-in on with the first code of the app. Returns ten recovery codes, which are never shown again. The
 * session is renewed as a strong one, and every other session ends.
 */
export const confirmTotp = action({ can: ["create", "TotpFactor"], rate: "credentials" }, codeSchema, async ({ code }, entry) => {
  const { userId } = entry.actor;
  const codes = await makeRecoveryCodes(userId);
  await changeFactors(
    entry,
    "totpOn",
    async (tx, record) => {
      const factor = await tx.totpFactor.findFirst({ where: { userId, confirmedAt: null }, select: { secret: true } });
      if (!factor) throw new AppError("conflict", "totp_not_started");
      if (!(await takeTotp(tx, userId, factor.secret, code, { confirmedAt: new Date() })))
        throw new AppError("invalid", undefined, { fields: { code: "field.wrong_code" } });
      await replaceRecoveryCodes(tx, userId, codes);
      await record({ action: "totp.added", subjectType: "TotpFactor", subjectId: userId, after: { recoveryCodes: codes.length } });
    },
    "strong",
  );
  revalidatePath(PAGE);
  return { recoveryCodes: codes.map((made) => made.code) };
});

/** Turns two-step sign-in off; the recovery codes go with it, and every other session ends. */
export const removeTotp = action({ can: ["delete", "TotpFactor"], rate: "write" }, noInput, async (_, entry) => {
  const { userId } = entry.actor;
  await changeFactors(entry, "totpOff", async (tx, record) => {
    const { count } = await tx.totpFactor.deleteMany({ where: { userId } });
    if (count === 0) throw new AppError("not_found");
    await tx.recoveryCode.deleteMany({ where: { userId } });
    await record({ action: "totp.removed", subjectType: "TotpFactor", subjectId: userId });
  });
  revalidatePath(PAGE);
});

/** Ten new recovery codes, shown this once; the old ones stop working, and every other session ends. */
export const newRecoveryCodes = action({ can: ["create", "RecoveryCode"], rate: "credentials" }, noInput, async (_, entry) => {
  const { userId } = entry.actor;
  const codes = await makeRecoveryCodes(userId);
  await changeFactors(entry, "recoveryCodesRenewed", async (tx, record) => {
    if ((await tx.totpFactor.count({ where: { userId, confirmedAt: { not: null } } })) === 0)
      throw new AppError("conflict", "totp_not_started");
    await replaceRecoveryCodes(tx, userId, codes);
    await record({
      action: "recovery_codes.renewed",
      subjectType: "RecoveryCode",
      subjectId: userId,
      after: { recoveryCodes: codes.length },
    });
  });
  revalidatePath(PAGE);
  return { recoveryCodes: codes.map((made) => made.code) };
});

/** Proves with a code who is sitting there; for ten minutes the ways in may then be changed. */
export const confirmWithCode = action({ can: ["read", "TotpFactor"], rate: "credentials" }, codeSchema, async ({ code }, entry) => {
  await reauthenticateWithCode(entry, code);
  revalidatePath(PAGE);
});

/** The second step of a sign-in; the right code leads to where the person was going, five wrong ones back to the start. */
export const passTwoStep = action({ visitor: true, rate: "credentials" }, twoStepSchema, async ({ code, callbackUrl }) => {
  const path = localPath(callbackUrl);
  try {
    await signInWithTicket(await passSecondStep(code));
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== "two_step_over") throw error;
    await forgetFirstStep();
    redirect(`/login?${new URLSearchParams({ callbackUrl: path, error: "two_step_over" })}`);
  }
  await forgetFirstStep();
  redirect(homeOr(path));
});

/** The hashes take their time, so they are made before the transaction. */
async function makeRecoveryCodes(userId: string): Promise<{ code: string; hash: string }[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  return Promise.all(codes.map(async (code) => ({ code, hash: await hashRecoveryCode(code, userId) })));
}

async function replaceRecoveryCodes(tx: Transaction, userId: string, codes: { hash: string }[]): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.recoveryCode.createMany({ data: codes.map(({ hash }) => ({ userId, hash })) });
}
