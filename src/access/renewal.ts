import type { IncomingHttpHeaders } from "node:http";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { cookiesIn, readSessionCookie, sessionCookieName, setSessionCookie, withSessionCookie } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken, encodeToken } from "@/lib/session-token";
import { change } from "./audit";
import { senderOf, type Visitor, visitorOf } from "./entry";
import { standingOf } from "./freshness";
import { memory } from "./freshness-memory";

/** What a browser had sent before it got its new cookie still counts for so long. */
const UNDER_WAY_SECONDS = 1;

/** The head's cookies that a request goes on with, and the Set-Cookie of its answer: null when another answer has brought it. */
export interface Renewal {
  cookie: string;
  setCookie: string | null;
}

/**
 * After a change of somebody's role their session goes on under another id: the first request that brings a cookie of before is
 * given the new one, and from then on every copy of the old one is worthless (OWASP Session Management, "privilege level change").
 * When one comes all the same, the new session ends too, because it may have gone to the wrong one of the two (as RFC 9700,
 * 4.14.2, has it for refresh tokens). Null where the cookie stays what it is: for nearly every request, after two look-ups in
 * memory. Never throws: in an outage the old cookie stays good, and what it may do the door asks anew in any case.
 */
export async function renewAtNewRole(head: IncomingHttpHeaders): Promise<Renewal | null> {
  const came = performance.now();
  const secure = head["x-forwarded-proto"] === "https";
  const name = sessionCookieName(secure);
  const brought = new Map(cookiesIn(head.cookie).map(({ name, value }) => [name, value]));
  const token = readSessionCookie((name) => brought.get(name), secure);
  const claims = token ? asClaims(decodeToken(token, env().AUTH_SECRETS, name)) : null;
  if (!claims) return null;
  try {
    const standing = await standingOf(claims);
    const role = standing ? standing.role : memory().people.get(claims.sub)?.role;
    if (role === undefined || role === claims.role || standing?.certain === false) return null;
    const by = visitorOf(senderOf((name) => head[name]?.toString()));
    const next = await succeed(claims, by, came);
    const renewed = next && (await claimsIn(claims, next.id));
    if (!renewed) return null;
    const value = encodeToken(renewed, env().AUTH_SECRET, name);
    return {
      cookie: withSessionCookie(head.cookie, secure, value),
      setCookie: next.isNew ? setSessionCookie(secure, value, claims.end) : null,
    };
  } catch (error) {
    log().warn({ err: error }, "no new session after a change of role");
    return null;
  }
}

interface Next {
  id: string;
  isNew: boolean;
}

/** The session that this one goes on in, made by the first who asks for it; null when there is none, or no more. */
async function succeed(claims: Claims, by: Visitor, came: number): Promise<Next | null> {
  // A busy server may have let this one wait.
  const underWay = UNDER_WAY_SECONDS + (performance.now() - came) / 1000;
  const [found] = await db().$queryRaw<{ ended: boolean; underWay: boolean; successorId: string | null; goesOn: boolean }[]>`
    SELECT s."endedAt" IS NOT NULL AS "ended", s."endedAt" > now() - make_interval(secs => ${underWay}::float8) AS "underWay",
           s."successorId", n."endedAt" IS NULL AS "goesOn"
      FROM "Session" s LEFT JOIN "Session" n ON n."id" = s."successorId"
     WHERE s."id" = ${claims.sid}::uuid AND s."userId" = ${claims.sub}::uuid`;
  if (!found) return null;
  if (!found.ended) return (await makeSuccessor(claims, by)) ?? succeed(claims, by, came);
  if (!found.successorId || !found.goesOn) return null;
  if (found.underWay) return { id: found.successorId, isNew: false };
  await endCopied(found.successorId, claims.sub, by);
  return null;
}

/** Null when another request has ended it, or made one, a moment ago. */
async function makeSuccessor({ sub: userId, sid }: Claims, by: Visitor): Promise<Next | null> {
  return change(by, async (tx, record) => {
    const { count } = await tx.session.updateMany({ where: { id: sid, userId, endedAt: null }, data: { endedAt: new Date() } });
    if (count === 0) throw new AppError("conflict");
    const { id: _, endedAt: __, changedXid: ___, ...same } = await tx.session.findUniqueOrThrow({ where: { id: sid } });
    const { id } = await tx.session.create({ data: same, select: { id: true } });
    await tx.session.update({ where: { id: sid }, data: { successorId: id } });
    const after = { method: same.method, strong: same.strong, renewed: true };
    await record({ action: "user.signed_in", actorId: userId, subjectType: "Session", subjectId: id, after });
    return { id, isNew: true };
  }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "conflict") return null;
    throw error;
  });
}

async function endCopied(id: string, userId: string, by: Visitor): Promise<void> {
  await change(by, async (tx, record) => {
    await tx.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: new Date() } });
    await record({ action: "session.copied", actorId: userId, subjectType: "Session", subjectId: id });
  });
}

/** These claims in the session that took the place of theirs: its ends are the same, and what else changed is in them. */
async function claimsIn(claims: Claims, sid: string): Promise<Claims | null> {
  const standing = await standingOf({ ...claims, sid });
  if (!standing) return null;
  const { certain: _, image: picture, ...person } = standing;
  return { ...claims, ...person, picture, sid, iat: Math.floor(Date.now() / 1000), exp: claims.end };
}
