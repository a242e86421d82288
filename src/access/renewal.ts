import type { IncomingHttpHeaders } from "node:http";
import { db, type Transaction } from "@/lib/db";
import { within } from "@/lib/deadline";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { cookiesIn, sessionCookieName, setSessionCookie, withSessionCookie } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken, encodeToken } from "@/lib/session-token";
import { change } from "./audit";
import { senderOf, type Visitor, visitorOf } from "./entry";
import { standingOf } from "./freshness";
import { memory } from "./freshness-memory";
import { lockPerson } from "./identity/factors";
import { isAwake } from "./lifetimes";

/** What a browser sends before it has its new cookie still counts for so long. */
const UNDER_WAY_MS = 5_000;
/** How long one whose answer was lost, by a click on the next link, has to come again. */
const LOST_MS = 60_000;
const ANSWER_MS = 1_500;

/** How a request goes on with another session cookie than it brought. */
export interface Renewal {
  /** The head's cookies. */
  cookie: string;
  /** The Set-Cookie of its answer, which tells by `brought` whether it went out; null when another answer brings it. */
  setCookie: string | null;
  brought: (isOut: boolean) => void;
  /** Whether a Set-Cookie of its answer is of this session, as Auth.js makes it anew, and of no later one. */
  isOfIt: (setCookie: string) => boolean;
  /** How long an answer may take that brings no cookie: a stream would outlive the old one. */
  endsInMs: number;
}

/**
 * After a change of somebody's role their session goes on under another id: the first request with a cookie of before is given the new
 * one, and after a few seconds every copy of the old one is worthless (OWASP Session Management, "privilege level change"). When one
 * comes all the same, the new session ends too, because it may have gone to the wrong one of the two (as RFC 9700, 4.14.2, has it
 * for refresh tokens). Null where the cookie stays what it is: for nearly every request, after two look-ups in memory. Never throws:
 * while the link to the database is down, or it fails, the old cookie stays good, and what it may do the door asks anew in any case.
 */
export async function renewAtNewRole(head: IncomingHttpHeaders): Promise<Renewal | null> {
  const secure = head["x-forwarded-proto"] === "https";
  const name = sessionCookieName(secure);
  const claims = claimsOf(cookiesIn(head.cookie).find((cookie) => cookie.name === name)?.value, name);
  if (!claims || !memory().linked) return null;
  try {
    const successor = await successorOf(claims, visitorOf(senderOf((line) => head[line]?.toString())));
    const renewed = successor && (await claimsIn(claims, successor.id));
    if (!renewed) return null;
    const value = encodeToken(renewed, env().AUTH_SECRET, name);
    return {
      cookie: withSessionCookie(head.cookie, secure, value),
      setCookie: successor.isNew ? setSessionCookie(secure, value, claims.end) : null,
      brought: (isOut) => (isOut ? wentOut(claims.sid) : lost(claims.sid)),
      isOfIt: (line) => claimsOf(cookiesIn(line)[0]?.value, name)?.sid === successor.id,
      endsInMs: UNDER_WAY_MS,
    };
  } catch (error) {
    if (!(error instanceof AppError && error.code === "unavailable")) log().warn({ err: error }, "no new session after a change of role");
    return null;
  }
}

interface Successor {
  id: string;
  isNew: boolean;
}

/** The session that goes on in place of this one, or null: this one goes on, or none does. */
async function successorOf(claims: Claims, by: Visitor): Promise<Successor | null> {
  const standing = await standingOf(claims);
  if (standing) {
    if (standing.role === claims.startedAs || !standing.certain || !(await isAwake(claims, standing))) return null;
    const made = await makeOnce(claims, by);
    if (made) return made;
    // Another process was the first, a moment ago.
  } else if (!memory().people.has(claims.sub)) {
    // Nothing about them has changed for as long as a cookie lasts: this session has only ended.
    return null;
  }
  const last = await within(ANSWER_MS, lastOf(db(), { userId: claims.sub, sid: claims.sid }));
  // One that runs although the door would not have it has been ended otherwise: with every one of theirs.
  if (!last || last.id === claims.sid) return null;
  const carried = carrying.get(claims.sid);
  if (carried?.isLost) {
    carrying.set(claims.sid, { since: Date.now() });
    return { id: last.id, isNew: true };
  }
  if (last.underWay || carried) return { id: last.id, isNew: false };
  await endCopied(last.id, claims.sub, by);
  return null;
}

/**
 * The running session at the end of those that took this one's place, itself while it runs, and whether it has ended only just now; null
 * when none runs.
 */
export async function lastOf(
  on: Pick<Transaction, "$queryRaw">,
  { userId, sid }: { userId: string; sid: string },
): Promise<{ id: string; underWay: boolean } | null> {
  const [last] = await on.$queryRaw<{ id: string; underWay: boolean }[]>`
    WITH RECURSIVE "line" AS (
      SELECT "id", "successorId", "endedAt", "endedAt" > clock_timestamp() - make_interval(secs => ${UNDER_WAY_MS / 1000}::int) AS "underWay"
        FROM "Session" WHERE "id" = ${sid}::uuid AND "userId" = ${userId}::uuid
      UNION ALL
      SELECT next."id", next."successorId", next."endedAt", "line"."underWay" FROM "line" JOIN "Session" next ON next."id" = "line"."successorId"
    )
    SELECT "id", "underWay" IS TRUE AS "underWay" FROM "line" WHERE "endedAt" IS NULL`;
  return last ?? null;
}

/** What of a session is the same in its successor: all but its id, its end, and when it was last seen. */
const SAME = {
  userId: true,
  method: true,
  strong: true,
  userAgent: true,
  ip: true,
  place: true,
  deviceId: true,
  createdAt: true,
  lastSeenAt: true,
  reauthenticatedAt: true,
  expiresAt: true,
} as const;

/** Of each session that has ended, the answer with the new cookie until its head goes out. */
const carrying = new Map<string, { since: number; isLost?: true }>();

/** From here on the old cookie has its last seconds, in every process. */
function wentOut(sid: string): void {
  const { since = 0 } = carrying.get(sid) ?? {};
  carrying.delete(sid);
  if (Date.now() - since < UNDER_WAY_MS / 5) return;
  db().$executeRaw`UPDATE "Session" SET "endedAt" = clock_timestamp() WHERE "id" = ${sid}::uuid AND "successorId" IS NOT NULL`.catch(
    (error: unknown) => log().debug({ err: error }, "the end of a session"),
  );
}

function lost(sid: string): void {
  const answer = { since: Date.now(), isLost: true } as const;
  carrying.set(sid, answer);
  setTimeout(() => carrying.get(sid) === answer && carrying.delete(sid), LOST_MS).unref();
}

/** By session: however many requests come at once, one of them asks the database. */
const making = new Map<string, Promise<string | null>>();

/** New for the first who asks; null where another process has ended this session. */
async function makeOnce(claims: Claims, by: Visitor): Promise<Successor | null> {
  const others = making.get(claims.sid);
  if (others) {
    const id = await others;
    return id === null ? null : { id, isNew: false };
  }
  const made = makeSuccessor(claims, by).finally(() => making.delete(claims.sid));
  making.set(claims.sid, made);
  const id = await made;
  if (id === null) return null;
  carrying.set(claims.sid, { since: Date.now() });
  return { id, isNew: true };
}

function makeSuccessor({ sub: userId, sid }: Claims, by: Visitor): Promise<string | null> {
  return once((sooner) =>
    change(by, async (tx, record) => {
      // Whoever ends all of somebody's sessions holds this lock, and would miss one that is made meanwhile.
      await lockPerson(tx, userId);
      if (!(await endNow(tx, sid))) throw sooner;
      const same = await tx.session.findUniqueOrThrow({ where: { id: sid }, select: SAME });
      const { id } = await tx.session.create({ data: same, select: { id: true } });
      await tx.session.update({ where: { id: sid }, data: { successorId: id }, select: { id: true } });
      const after = { method: same.method, strong: same.strong, renewed: true };
      await record({ action: "user.signed_in", actorId: userId, subjectType: "Session", subjectId: id, after });
      return id;
    }),
  );
}

async function endCopied(id: string, userId: string, by: Visitor): Promise<void> {
  await once((sooner) =>
    change(by, async (tx, record) => {
      if (!(await endNow(tx, id))) throw sooner;
      await record({ action: "session.copied", actorId: userId, subjectType: "Session", subjectId: id });
    }),
  );
}

/** What `run` gives, or null where it finds that another request was sooner and throws what it is given: then nothing is changed. */
async function once<T>(run: (sooner: Error) => Promise<T>): Promise<T | null> {
  const sooner = new Error("another request was sooner");
  return run(sooner).catch((error: unknown) => {
    if (error === sooner) return null;
    throw error;
  });
}

function claimsOf(token: string | undefined, name: string): Claims | null {
  return token ? asClaims(decodeToken(token, env().AUTH_SECRETS, name)) : null;
}

/** By the database's clock, which says as well how long ago it was: those of two processes may differ by minutes. */
async function endNow(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.$executeRaw`UPDATE "Session" SET "endedAt" = clock_timestamp() WHERE "id" = ${id}::uuid AND "endedAt" IS NULL`) === 1;
}

/** These claims in the session that took the place of theirs: with the same ends, and what is true of their person now. */
async function claimsIn(claims: Claims, sid: string): Promise<Claims | null> {
  const standing = await standingOf({ ...claims, sid });
  if (!standing) return null;
  const { certain: _, image: picture, ...person } = standing;
  return { ...claims, ...person, picture, startedAs: person.role, sid, iat: Math.floor(Date.now() / 1000), exp: claims.end };
}
