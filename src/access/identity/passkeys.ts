import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { headers } from "next/headers";
import { z } from "zod";
import { db, isUniqueViolation, type Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { hashOneTimeSecret } from "@/lib/one-time-secret";
import { publicOrigin } from "@/lib/public-url";
import { decodeToken, encodeToken } from "@/lib/session-token";
import {
  assertionOptions,
  claimedChallenge,
  isHandleOf,
  type RelyingParty,
  registrationOptions,
  verifyAssertion,
  verifyRegistration,
} from "@/lib/web-authn";
import { change } from "../audit";
import { currentVisitor, type Entry } from "../entry";
import { rememberFailedSignIn } from "./failed-sign-in";
import { assertRecentlyProven } from "./reauthentication";
import { sealedCookie } from "./sealed-cookie";
import { issueTicket } from "./tickets";

const CHALLENGE_SECONDS = 5 * 60;
/** More than anybody has devices, few enough to choose from. */
const MAX_PASSKEYS = 20;

/** The question a signed-in person was asked, in the browser they were asked in. */
const cookie = sealedCookie(
  "foyer-passkey",
  CHALLENGE_SECONDS,
  z.object({ challenge: z.string(), purpose: z.enum(["register", "confirm"]), sub: z.uuid() }),
);
/** Salt of the questions asked of nobody in particular. */
const QUESTION = "foyer-passkey-question";

/** Asks this browser to make a passkey for the person. Throws AppError "forbidden" (reauthenticate) or "conflict" (too many). */
export async function askForNewPasskey(entry: Entry) {
  await assertRecentlyProven(entry);
  const { userId: id, email, name } = entry.actor;
  const known = await db().passkey.findMany({ where: { userId: id }, select: { id: true, transports: true } });
  if (known.length >= MAX_PASSKEYS) throw new AppError("conflict", "too_many_passkeys", { params: { max: MAX_PASSKEYS } });
  const options = await registrationOptions(await relyingParty(), { id, email, name: name || email }, known);
  await cookie.write({ challenge: options.challenge, purpose: "register", sub: id }, entry.visitor);
  return options;
}

/** The passkey the browser made when it was asked to, or AppError "invalid". The question cannot be answered again. */
export async function readNewPasskey(entry: Entry, response: RegistrationResponseJSON) {
  const challenge = await askedChallenge("register", entry.actor.userId);
  const made = await verifyRegistration(await relyingParty(), response, challenge);
  if (!made) throw new AppError("invalid", "passkey_refused");
  return { ...made, challenge };
}

/**
 * Asks for any passkey of this site. The question carries its own seal and its end, so that a page can ask it while it is
 * rendered, where no cookie can be written: a form that is pressed meanwhile waits for nothing.
 */
export async function askForPasskey() {
  const now = Math.floor(Date.now() / 1000);
  const challenge = encodeToken({ iat: now, exp: now + CHALLENGE_SECONDS }, env().AUTH_SECRET, QUESTION);
  return assertionOptions(await relyingParty(), { challenge });
}

/** Asks this browser for a passkey of the person's own. */
export async function askForOwnPasskey(entry: Entry) {
  const { userId } = entry.actor;
  const only = await db().passkey.findMany({ where: { userId }, select: { id: true, transports: true } });
  const options = await assertionOptions(await relyingParty(), { only });
  await cookie.write({ challenge: options.challenge, purpose: "confirm", sub: userId }, entry.visitor);
  return options;
}

/**
 * Whose passkey answered the question this browser was asked, and a ticket for `signInWithTicket`, once: a passkey is two
 * factors in one. With `entry` it has to be this person's own. Throws AppError "invalid" for every other answer.
 */
export async function takePasskey(response: AuthenticationResponseJSON, entry?: Entry): Promise<string> {
  const visitor = await currentVisitor();
  const challenge = entry ? await askedChallenge("confirm", entry.actor.userId) : sealedChallenge(response);
  const passkey = await db().passkey.findUnique({ where: { id: response.id } });
  const isTheirs = passkey && isHandleOf(passkey.userId, response.response.userHandle) && (!entry || passkey.userId === entry.actor.userId);
  const shown = isTheirs && (await verifyAssertion(await relyingParty(), response, challenge, passkey));
  if (!passkey || !shown) {
    // Whoever names a passkey that is here has met it; anything else anybody can send without end.
    if (passkey && !entry) await rememberFailedSignIn(passkey.userId, { method: "passkey", reason: "wrong" });
    throw new AppError("invalid", "passkey_refused");
  }
  const { id, userId, counter } = passkey;
  return change(entry ?? visitor, async (tx, record) => {
    await spendChallenge(tx, challenge, userId);
    // Only from the counter that was compared: of two answers at once, the copy is refused.
    const used = await tx.passkey.updateMany({ where: { id, counter }, data: { ...shown, lastUsedAt: new Date() } });
    if (used.count !== 1) throw new AppError("invalid", "passkey_refused");
    await record({ action: "passkey.used", actorId: userId, subjectType: "Passkey", subjectId: passkeyLabel(id) });
    const before = entry && (await tx.session.findUnique({ where: { id: entry.actor.sid }, select: { method: true } }));
    return issueTicket(tx, { userId, method: before?.method ?? "passkey", strong: true });
  });
}

/** Writes down that a question was answered; throws AppError "invalid" when it had been before. */
export async function spendChallenge(tx: Transaction, challenge: string, userId: string): Promise<void> {
  const expiresAt = new Date(Date.now() + CHALLENGE_SECONDS * 1000);
  try {
    await tx.token.create({
      data: { purpose: "PASSKEY", userId, address: "", hash: hashOneTimeSecret(challenge), expiresAt, usedAt: new Date() },
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("invalid", "passkey_refused", { cause: error });
    throw error;
  }
}

/** A passkey in the audit log: its id may be longer than the column is. */
export function passkeyLabel(id: string): string {
  return id.slice(0, 80);
}

/** The question of `askForPasskey` an answer is for; whether it was answered before, `spendChallenge` says. */
function sealedChallenge(response: AuthenticationResponseJSON): string {
  const claimed = claimedChallenge(response);
  if (!claimed || !decodeToken(claimed.text, env().AUTH_SECRETS, QUESTION)) throw new AppError("invalid", "passkey_late");
  return claimed.challenge;
}

async function askedChallenge(purpose: "register" | "confirm", sub: string): Promise<string> {
  const visitor = await currentVisitor();
  const asked = await cookie.read(visitor);
  await cookie.clear(visitor);
  if (asked?.purpose !== purpose || asked.sub !== sub) throw new AppError("invalid", "passkey_late");
  return asked.challenge;
}

/** This site by its public address: AUTH_URL, else the address this request came by. */
async function relyingParty(): Promise<RelyingParty> {
  const { AUTH_URL } = env();
  const origin = AUTH_URL ? new URL(AUTH_URL).origin : publicOrigin(await headers());
  return { id: new URL(origin).hostname, origin };
}
