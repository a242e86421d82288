import type { AdapterAccount, AdapterUser } from "next-auth/adapters";
import { db, isUniqueViolation } from "@/lib/db";
import { normaliseEmail } from "@/lib/email";
import { AppError } from "@/lib/errors";
import { hashPassword, needsRehash, verifyPassword } from "@/lib/passwords";
import type { Claims } from "@/lib/session-token";
import { change } from "./audit";
import { currentClaims, currentVisitor } from "./entry";
import { SESSION_SECONDS, standingOf } from "./freshness";

const ADMIN_SESSION_SECONDS = 24 * 3600;
/** How long after proving who one is the ways in may be changed. */
export const REAUTHENTICATION_MS = 10 * 60_000;

/**
 * The id of the person with this address and password, or null. An unknown address and one without a password cost the
 * same hash. A hash of lower cost than configured is raised on the way. Throws AppError "rate_limited" when too many wait.
 */
export async function verifyCredentials(email: string, password: string): Promise<string | null> {
  const found = await db().user.findUnique({
    where: { email: normaliseEmail(email).slice(0, 254) },
    select: { id: true, password: { select: { hash: true } } },
  });
  const hash = found?.password?.hash ?? null;
  if (!(await verifyPassword(password, hash)) || !found || !hash) return null;
  if (needsRehash(hash)) {
    const raised = await hashPassword(password);
    // Only if it is still the one that was checked: a change of password a moment ago must not be undone.
    await db().password.updateMany({ where: { userId: found.id, hash }, data: { hash: raised } });
  }
  return found.id;
}

/**
 * Starts a session: a row for this device, an audit event, and the claims of its cookie. A session this browser had
 * before ends, so that every sign-in has a new token (ASVS 7.2.4).
 */
export async function openSession(userId: string, method: string): Promise<Claims> {
  const visitor = await currentVisitor();
  const before = await currentClaims(visitor);
  return change(visitor, async (tx, record) => {
    const user = await tx.user.findUnique({ where: { id: userId } });
    if (!user) throw new AppError("unauthenticated");
    if (before) await tx.session.updateMany({ where: { id: before.sid, endedAt: null }, data: { endedAt: new Date() } });
    const seconds = user.role === "ADMIN" ? ADMIN_SESSION_SECONDS : SESSION_SECONDS;
    const expiresAt = new Date(Date.now() + seconds * 1000);
    const { ip, userAgent } = visitor;
    const session = await tx.session.create({ data: { userId, method, ip, userAgent, expiresAt }, select: { id: true } });
    await tx.$executeRaw`UPDATE "User" SET "lastSeenAt" = now() WHERE "id" = ${userId}::uuid`;
    await record({ action: "user.signed_in", actorId: userId, subjectType: "Session", subjectId: session.id, after: { method } });
    const { role, profileComplete, mustChangePassword, epoch, name, email, image: picture } = user;
    const end = Math.floor(expiresAt.getTime() / 1000);
    return {
      sub: userId,
      sid: session.id,
      role,
      profileComplete,
      mustChangePassword,
      epoch,
      name,
      email,
      picture,
      end,
      exp: end,
      iat: Math.floor(Date.now() / 1000),
    };
  });
}

/** Ends the session of these claims: from now on its cookie, and every copy of it, is worthless. */
export async function closeSession(claims: Claims): Promise<void> {
  await change(await currentVisitor(), async (tx, record) => {
    await tx.session.updateMany({ where: { id: claims.sid, userId: claims.sub, endedAt: null }, data: { endedAt: new Date() } });
    await record({ action: "user.signed_out", actorId: claims.sub, subjectType: "Session", subjectId: claims.sid });
  });
}

/**
 * Whether a provider's answer may be used by this browser: by nobody signed in always, to sign in; by somebody signed
 * in only within 10 minutes of proving who they are, because it becomes a way into their account.
 */
export async function mayConnect(): Promise<boolean> {
  const claims = await currentClaims(await currentVisitor());
  if (!claims || !(await standingOf(claims))) return true;
  const session = await db().session.findUnique({ where: { id: claims.sid }, select: { reauthenticatedAt: true } });
  return session !== null && Date.now() - session.reauthenticatedAt.getTime() < REAUTHENTICATION_MS;
}

/** Makes a person from what a provider vouches for. Text is cut to what fits; a picture is kept only from https. */
export async function registerFromProvider(from: Omit<AdapterUser, "id"> & { id?: string }): Promise<AdapterUser> {
  const email = normaliseEmail(from.email);
  const name =
    from.name
      ?.normalize("NFC")
      .replace(/\p{Cc}|\p{Cs}/gu, "")
      .trim()
      .slice(0, 100) ?? "";
  const image = from.image && from.image.length <= 500 && /^https:\/\//.test(from.image) ? from.image : null;
  try {
    return await change(await currentVisitor(), async (tx, record) => {
      const user = await tx.user.create({
        data: { email, emailVerified: new Date(), name, image },
        select: { id: true, email: true, emailVerified: true, name: true, image: true },
      });
      await record({ action: "user.registered", actorId: user.id, subjectType: "User", subjectId: user.id, after: { method: "provider" } });
      return user;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", undefined, { cause: error });
    throw error;
  }
}

/** Makes a provider a way into an account. What it would let us do later, its tokens, is not kept: nothing here calls it again. */
export async function connectAccount({ userId, type, provider, providerAccountId }: AdapterAccount): Promise<void> {
  await change(await currentVisitor(), async (tx, record) => {
    await tx.account.create({ data: { userId, type, provider, providerAccountId } });
    await record({ action: "account.connected", actorId: userId, subjectType: "Account", subjectId: provider, after: { provider } });
  });
}
