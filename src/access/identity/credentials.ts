import { randomUUID } from "node:crypto";
import { cookies } from "next/headers";
import { after } from "next/server";
import { countToday } from "@/lib/day-counts";
import { db, type Transaction } from "@/lib/db";
import { normaliseEmail } from "@/lib/email";
import { AppError } from "@/lib/errors";
import { placeOf } from "@/lib/geoip";
import { hashPassword, needsRehash, verifyPassword } from "@/lib/passwords";
import { addJob } from "@/lib/queue";
import type { Claims } from "@/lib/session-token";
import { change } from "../audit";
import { currentClaims, currentVisitor, deviceCookieName, type Visitor } from "../entry";
import { forgetImpersonation, mayBeImpersonating } from "../impersonation";
import { absoluteEnd, notePresence } from "../lifetimes";
import { admitGuess } from "../limits";
import { lockPerson } from "../person-lock";
import { bringPreferences } from "../preferences";
import { endLine, unlessSooner } from "../succession";
import { askerOf, mailNewDevice } from "./account-mails";
import { assertNotBanned, isBannedNow } from "./bans";
import { rememberFailedSignIn } from "./failed-sign-in";
import { type Bound, boundTo, type Proof } from "./tickets";

type User = NonNullable<Awaited<ReturnType<Transaction["user"]["findUnique"]>>>;
type Session = NonNullable<Awaited<ReturnType<Transaction["session"]["findUnique"]>>>;

/** The longest that browsers keep a cookie. */
const DEVICE_SECONDS = 400 * 24 * 3600;

/**
 * The id of the person with this address and password, or null. An unknown address and one without a password cost the
 * same query and the same hash. A hash of lower cost than configured is raised on the way; whoever was imported with one that
 * nobody here can check is mailed a link for a new password, once the answer is out. Throws AppError "rate_limited" after too
 * many wrong guesses, before any hash, or when too many wait.
 */
export async function verifyCredentials(typed: string, password: string): Promise<string | null> {
  const person = await whoKnows(typed, password);
  if (person) assertNotBanned(person);
  return person?.id ?? null;
}

/**
 * As `verifyCredentials`, for a sign-in: one that fails is remembered, by the same query and the same row for every address,
 * and one that came too often is counted.
 */
export async function signInCredentials(
  typed: string,
  password: string,
): Promise<{ id: string; secondFactor: boolean; shownFor: Bound } | null> {
  const person = await whoKnows(typed, password).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "rate_limited") countToday("signin.limited");
    throw error;
  });
  if (person && !isBannedNow(person)) return person;
  const where = { email: normaliseEmail(typed).slice(0, 254), deletedAt: null };
  const aimedAt = await db().user.findFirst({ where, select: { id: true } });
  await rememberFailedSignIn(aimedAt?.id, { method: "password", reason: person ? "banned" : "wrong" });
  if (person) assertNotBanned(person);
  return null;
}

/** Whose address and password these are, banned or not. */
async function whoKnows(typed: string, password: string) {
  const email = normaliseEmail(typed).slice(0, 254);
  const visitor = await currentVisitor();
  const guess = await admitGuess(email, visitor);
  // The hash alone: whatever hangs on a row that was found would be one query more than for an address nobody has.
  const found = await db().password.findFirst({ where: { user: { email } }, select: { userId: true, hash: true } });
  if (!(await verifyPassword(password, found?.hash ?? null)) || !found) {
    after(() => sendNewPasswordLink(email, visitor));
    return null;
  }
  const { userId: id, hash } = found;
  const standing = {
    id: true,
    email: true,
    epoch: true,
    deletedAt: true,
    bannedAt: true,
    bannedUntil: true,
    banReason: true,
    secondFactor: true,
  };
  const user = await db().user.findUnique({ where: { id }, select: standing });
  if (!user || user.deletedAt) return null;
  await guess.right();
  const kept = needsRehash(hash) ? await raiseHash(id, password, hash) : hash;
  return kept === null ? null : { ...user, shownFor: boundTo({ ...user, password: { hash: kept } }) };
}

/** Makes the hash of this password, which was right, anew at the configured cost: the hash that is kept then, null where it is of another password. */
async function raiseHash(userId: string, password: string, hash: string): Promise<string | null> {
  const raised = await hashPassword(password);
  // Only if it is still the one that was checked: a change of password a moment ago must not be undone.
  const { count } = await db().password.updateMany({ where: { userId, hash }, data: { hash: raised } });
  if (count === 1) return raised;
  // Somebody was sooner: with another password, or with this one in another browser.
  const now = await db().password.findUnique({ where: { userId }, select: { hash: true } });
  return now && (await verifyPassword(password, now.hash)) ? now.hash : null;
}

/** As "forgot password" would, with its limits, where an imported person cannot have the right one. Asked of every wrong password, after its answer. */
async function sendNewPasswordLink(address: string, visitor: Visitor): Promise<void> {
  const isImported = { email: address, resetAtSignIn: true, password: null, deletedAt: null };
  if ((await db().user.count({ where: isImported })) === 0) return;
  await addJob(db(), "account.forgot", { address, by: await askerOf(visitor) }, { afterAnswer: true });
}

/**
 * Starts a session: a row for this device, an audit event, and the claims of its cookie. A session this browser had
 * before ends, so that every sign-in has a new token (ASVS 7.2.4). Throws AppError "forbidden" for somebody who is banned,
 * and "unauthenticated" for somebody with a second factor who has not shown it, and where what was shown is no way in any more: whichever
 * way they came, and whatever was changed while they came.
 */
export async function openSession(
  userId: string,
  method: string,
  { shownFor, account, ...shown }: Partial<Omit<Proof, "userId" | "method">> = {},
): Promise<Claims> {
  const visitor = await currentVisitor();
  const before = await currentClaims(visitor);
  const deviceId = await deviceOf(visitor);
  const claims = await change(visitor, async (tx, record) => {
    // In one order, for two browsers in which two people take each other's place.
    for (const id of [...new Set([userId, before?.sub ?? userId])].sort()) await lockPerson(tx, id);
    const user = await tx.user.findUnique({ where: { id: userId, deletedAt: null }, include: { password: { select: { hash: true } } } });
    const isWayIn = account === undefined || (await tx.account.count({ where: { ...account, userId } })) > 0;
    if (!user || !isStillShown(user, shownFor) || !isWayIn) throw new AppError("unauthenticated", "sign_in_overtaken");
    assertNotBanned(user);
    const isOwn = before !== null && (await isOfBrowser(tx, before, deviceId));
    const strong = shown.strong ?? false;
    if (user.secondFactor && !strong) throw new AppError("unauthenticated", "sign_in_overtaken");
    if (isOwn) await endLine(tx, { userId: before.sub, sid: before.sid });
    const { ip, userAgent } = visitor;
    const place = placeOf(ip);
    const data = { userId, method, strong, deviceId, ip, userAgent, place, expiresAt: absoluteEnd(user.role) };
    const isNew = user.emailVerified !== null && (await isNewDevice(tx, userId, deviceId));
    const session = await tx.session.create({ data, select: { id: true, expiresAt: true, strong: true } });
    if (isNew) await mailNewDevice(tx, user, session.id, { userAgent, place });
    await notePresence(tx, userId);
    const after = { method, strong };
    await record({ action: "user.signed_in", actorId: userId, subjectType: "Session", subjectId: session.id, after });
    await bringPreferences(user, visitor);
    return claimsOf(user, session);
  });
  // Whoever signs in is themselves.
  if (await mayBeImpersonating(visitor)) await forgetImpersonation(visitor);
  return claims;
}

function isStillShown(user: Parameters<typeof boundTo>[0], shownFor: Bound | undefined): boolean {
  if (!shownFor) return true;
  const { epoch, password } = boundTo(user);
  return epoch === shownFor.epoch && password === shownFor.password;
}

/**
 * Whether these claims are of a session that this browser goes out of when it signs in: one that began in it, or runs and is worth as much
 * in every browser. A copy of one that has ended, or of before a change of role, ends nothing of its owner's.
 */
async function isOfBrowser(tx: Transaction, { sid, sub, startedAs }: Claims, deviceId: string): Promise<boolean> {
  const select = { deviceId: true, endedAt: true, user: { select: { role: true } } } as const;
  const session = await tx.session.findUnique({ where: { id: sid, userId: sub }, select });
  if (session === null || session.deviceId === deviceId) return session !== null;
  return session.endedAt === null && (session.user.role === startedAs || session.deviceId === null);
}

/** Whether this person has signed in before, and never from this browser. */
async function isNewDevice(tx: Transaction, userId: string, deviceId: string): Promise<boolean> {
  if ((await tx.session.count({ where: { userId, deviceId } })) > 0) return false;
  return (await tx.session.count({ where: { userId, impersonatorId: null } })) > 0;
}

/** What the cookie of this session, which begins now unless it `began` before, says about this person. */
export function claimsOf(user: User, session: Pick<Session, "id" | "expiresAt" | "strong">, began = Date.now()): Claims {
  const { id: sub, role, profileComplete, mustChangePassword, secondFactor, epoch, name, email, image: picture } = user;
  const person = { sub, role, profileComplete, mustChangePassword, secondFactor, epoch, name, email, picture };
  const standing = { emailVerified: user.emailVerified !== null, deleteAfter: user.deleteAfter?.toISOString() ?? null };
  const [now, end] = [seconds(Date.now()), seconds(session.expiresAt.getTime())];
  const lifetimes = { began: seconds(began), iat: now, end, exp: end };
  return { ...person, ...standing, ...lifetimes, startedAs: role, follows: null, sid: session.id, strong: session.strong, whole: true };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** The browser's own id, kept for as long as browsers keep a cookie: made at the first sign-in, the same at the next. */
export async function deviceOf({ deviceId, secure }: Visitor): Promise<string> {
  const jar = await cookies();
  const id = deviceId ?? randomUUID();
  jar.set(deviceCookieName(secure), id, { maxAge: DEVICE_SECONDS, path: "/", sameSite: "lax", httpOnly: true, secure });
  return id;
}

/** Ends the session of these claims, if it runs: from now on its cookie, and every copy of it, is worthless. */
export async function closeSession(claims: Claims): Promise<void> {
  const visitor = await currentVisitor();
  await unlessSooner((sooner) =>
    change(visitor, async (tx, record) => {
      await lockPerson(tx, claims.sub);
      if ((await endLine(tx, { userId: claims.sub, sid: claims.sid })) === 0) throw sooner;
      await record({ action: "user.signed_out", actorId: claims.sub, subjectType: "Session", subjectId: claims.sid });
    }),
  );
}
