import type { IncomingHttpHeaders } from "node:http";
import { db } from "@/lib/db";
import { within } from "@/lib/deadline";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { cookiesIn, sessionCookieName, setSessionCookie, withSessionCookie } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken, encodeToken } from "@/lib/session-token";
import { DEVICE_COOKIE, deviceIdOf, senderOf, type Visitor, visitorOf } from "./entry";
import { standingOf } from "./freshness";
import { memory } from "./freshness-memory";
import { isAwake, passOnSeen } from "./lifetimes";
import { endCopied, lastOf, makeSuccessor, prolongUnderWay, UNDER_WAY_MS } from "./succession";

/** How long a browser whose answer was lost, by a click on the next link, has to come again. */
const LOST_MS = 60_000;
/** An answer that took longer than this to go out gives the old cookie its last seconds anew. */
const SLOW_MS = 1_000;
/** How long the database has to say what became of a session. */
const ANSWER_MS = 1_500;

/** How a request goes on with another session cookie than it brought. */
export interface Renewal {
  /** The Cookie of the head it goes on with. */
  cookie: string;
  /** The Set-Cookie of its answer; null when another answer brings it. */
  setCookie: string | null;
  /** To be told once, where there is a `setCookie`, whether the head of its answer went out. */
  settle: (isOut: boolean) => void;
  /** Whether a Set-Cookie of its answer is of the successor, as Auth.js makes it anew, and of no sign-in meanwhile. */
  isOfSuccessor: (setCookie: string) => boolean;
  /** How long an answer may take that brings no cookie: a stream would outlive the old one. */
  endsInMs: number;
}

/**
 * After a change of somebody's role their session goes on under another id (OWASP Session Management, "privilege level change"): its
 * browser, known by its long-lived cookie, is given the new one at its first request, and a copy of the old one is worthless at once.
 * Where both cookies were copied, the old one is worthless a few seconds after that request; when it comes all the same, the new session
 * ends too, because it may have gone to the wrong one of the two (as RFC 9700, 4.14.2, has it for refresh tokens). Null where the cookie
 * stays what it is: for nearly every request, after two look-ups in memory. Never throws: while the link to the database is down, or it
 * fails, the old cookie stays good, and what it may do the door asks anew in any case.
 */
export async function renewAtNewRole(head: IncomingHttpHeaders): Promise<Renewal | null> {
  const secure = head["x-forwarded-proto"] === "https";
  const name = sessionCookieName(secure);
  const sent = new Map(cookiesIn(head.cookie).map((cookie) => [cookie.name, cookie.value]));
  const claims = claimsOf(sent.get(name), name);
  if (!claims || !memory().linked) return null;
  let successor: Successor | null = null;
  try {
    const deviceId = deviceIdOf(sent.get(DEVICE_COOKIE));
    const found = await successorOf(claims, { ...visitorOf(senderOf((line) => head[line]?.toString())), deviceId });
    if (found === "copied") return asNobody(withSessionCookie(head.cookie, secure, null));
    successor = found;
    if (!successor) return null;
    const { id, isNew } = successor;
    passOnSeen(claims.sid, id);
    const renewed = await claimsIn(claims, id);
    if (!renewed) throw new AppError("unavailable");
    const value = encodeToken(renewed, env().AUTH_SECRET, name);
    return {
      cookie: withSessionCookie(head.cookie, secure, value),
      setCookie: isNew ? setSessionCookie(secure, value, claims.end) : null,
      settle: (isOut) => (isOut ? delivered(claims.sid) : lost(claims.sid)),
      isOfSuccessor: (line) => claimsOf(cookiesIn(line)[0]?.value, name)?.sid === id,
      endsInMs: UNDER_WAY_MS,
    };
  } catch (error) {
    if (successor?.isNew) lost(claims.sid);
    if (!(error instanceof AppError && error.code === "unavailable")) log().warn({ err: error }, "no new session after a change of role");
    return null;
  }
}

/** A request goes on without its session; whatever its answer brings is what it has earned itself, by signing in. */
function asNobody(cookie: string): Renewal {
  return { cookie, setCookie: null, settle: () => undefined, isOfSuccessor: () => false, endsInMs: UNDER_WAY_MS };
}

interface Successor {
  id: string;
  /** Whether this request's answer is the one that brings its cookie. */
  isNew: boolean;
}

/**
 * The session that goes on in place of this one, or null: this one goes on, or none does; "copied" where another browser brings it than
 * the one it was given to.
 */
async function successorOf(claims: Claims, by: Visitor): Promise<Successor | "copied" | null> {
  const standing = await standingOf(claims);
  if (standing) {
    if (standing.role === claims.startedAs || !standing.certain || !(await isAwake(claims, standing))) return null;
    const made = await makeOnce(claims, by);
    if (made) return made;
    // Another process was the first, a moment ago; or this is a copy.
  } else if (!memory().people.has(claims.sub)) {
    // Nothing about them has changed for as long as a cookie lasts: this session has only ended.
    return null;
  }
  const last = await within(ANSWER_MS, lastOf(db(), { userId: claims.sub, sid: claims.sid, deviceId: by.deviceId }));
  if (last && !last.isBrowsers) return "copied";
  // One that runs although the door would not have it has been ended otherwise: with every one of theirs.
  if (!last || last.id === claims.sid) return null;
  const delivery = deliveries.get(claims.sid);
  if (delivery?.isLost) {
    deliveries.set(claims.sid, { since: Date.now() });
    return { id: last.id, isNew: true };
  }
  if (last.underWay || delivery) return { id: last.id, isNew: false };
  await endCopied({ userId: claims.sub, sid: last.id }, by);
  return null;
}

/**
 * By the id of a session that has ended: the answer with the new cookie, until its head has gone out, and for `LOST_MS` once it is lost. A
 * process knows of its own answers only, and the server around Next asks one bundle: no other has to find this.
 */
const deliveries = new Map<string, { since: number; isLost?: true }>();

/** From here on the old cookie has its last seconds, in every process. */
function delivered(sid: string): void {
  const { since = 0 } = deliveries.get(sid) ?? {};
  // Of an answer that was quick they began a moment ago.
  const written = Date.now() - since < SLOW_MS ? Promise.resolve() : prolongUnderWay(sid);
  // Until they are written down it is the delivery that says so.
  written.catch((error: unknown) => log().debug({ err: error }, "the end of a session")).finally(() => deliveries.delete(sid));
}

function lost(sid: string): void {
  const delivery = { since: Date.now(), isLost: true } as const;
  deliveries.set(sid, delivery);
  setTimeout(() => deliveries.get(sid) === delivery && deliveries.delete(sid), LOST_MS).unref();
}

/** By session and browser: however many requests come at once, one of them asks the database. */
const making = new Map<string, Promise<string | null>>();

/** New for the first who asks; null where another process has ended this session. */
async function makeOnce(claims: Claims, by: Visitor): Promise<Successor | null> {
  const key = `${claims.sid} ${by.deviceId}`;
  const others = making.get(key);
  if (others) {
    const id = await others;
    return id === null ? null : { id, isNew: false };
  }
  const made = makeSuccessor({ userId: claims.sub, sid: claims.sid }, by).finally(() => making.delete(key));
  making.set(key, made);
  const id = await made;
  if (id === null) return null;
  deliveries.set(claims.sid, { since: Date.now() });
  return { id, isNew: true };
}

function claimsOf(token: string | undefined, name: string): Claims | null {
  return token ? asClaims(decodeToken(token, env().AUTH_SECRETS, name)) : null;
}

/** These claims in the session that took the place of theirs: with the same ends, and what is true of their person now. */
async function claimsIn(claims: Claims, sid: string): Promise<Claims | null> {
  const standing = await standingOf({ ...claims, sid });
  if (!standing) return null;
  const { certain: _, image: picture, ...person } = standing;
  return { ...claims, ...person, picture, startedAs: person.role, sid, iat: Math.floor(Date.now() / 1000), exp: claims.end };
}
