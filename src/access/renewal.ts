import type { IncomingHttpHeaders } from "node:http";
import { within } from "@/lib/deadline";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { cookiesIn, sessionCookieName, setSessionCookie, withSessionCookie } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken, encodeToken, successorSid } from "@/lib/session-token";
import { deviceCookieName, deviceIdOf, senderOf, type Visitor, visitorOf } from "./entry";
import { browserOf, standingOf } from "./freshness";
import { memory, type Standing } from "./freshness-memory";
import { isAwake, passOnSeen } from "./lifetimes";
import { endCopied, endFormer, lastOf, makeSuccessor, UNDER_WAY_MS } from "./succession";

const RETRY_MS = 1_000;
/** How long the database has to begin a session, or to say what became of one. */
const ANSWER_MS = 1_500;

/** How a request goes on with another session cookie than it brought, or its answer brings another one. */
export interface Renewal {
  /** The Cookie of the head it goes on with. */
  cookie: string | undefined;
  /** The Set-Cookie of its answer, asked for when that goes out: null for none, as where the session of before has ended meanwhile. */
  setCookie: () => string | null;
  /** Whether a Set-Cookie of its answer is of the session before, as Auth.js makes it anew, and of no sign-in or sign-out meanwhile. */
  isOfFormer: (setCookie: string) => boolean;
}

/**
 * After a change of somebody's role their session goes on under another id (OWASP Session Management, "privilege level change"). Its
 * browser, known by its long-lived cookie, is given the new one with every answer until it comes with it; then the session of before
 * ends. From any other browser a cookie of before is worthless at once. When it comes once more, long after it has ended, two had
 * both cookies, and the new session ends too (as RFC 9700, 4.14.2, has it for refresh tokens).
 *
 * Null where the cookie stays what it is: for nearly every request, after two look-ups in memory. "unavailable" where the role has
 * changed and nobody can say whose browser this is, or whether the new session has begun: it would be a guess. Never throws.
 */
export async function renewAtNewRole(head: IncomingHttpHeaders): Promise<Renewal | "unavailable" | null> {
  const secure = head["x-forwarded-proto"] === "https";
  const name = sessionCookieName(secure);
  const sent = new Map(cookiesIn(head.cookie).map((cookie) => [cookie.name, cookie.value]));
  const claims = claimsOf(sent.get(name), name);
  if (!claims) return null;
  const withCookie = (value: string | null): Renewal => ({
    cookie: withSessionCookie(head.cookie, secure, value),
    setCookie: () => null,
    isOfFormer: () => false,
  });
  const by = { ...visitorOf(senderOf((line) => head[line]?.toString())), deviceId: deviceIdOf(sent.get(deviceCookieName(secure))) };
  const { follows } = claims;
  if (follows !== null && !memory().sessions.has(claims.sid)) {
    // One that has been there: where it is no more, it began in no browser.
    const former = { ...claims, sid: follows, whole: true };
    const browser = await browserOf(former).catch(() => undefined);
    if (browser && browser !== by.deviceId) return withCookie(null);
    if (browser === undefined || !(await begin({ ...claims, follows }, by))) return "unavailable";
  }
  // What it is that does not answer the door finds too, and says it better.
  const standing = await standingOf(claims).catch(() => undefined);
  if (standing === null) {
    const succeeded = await isSucceeded(claims, by).catch((error: unknown) => void complain(error));
    if (succeeded !== false) return succeeded ? withCookie(null) : "unavailable";
  }
  if (!standing || standing.role === claims.startedAs) return null;
  const browser = await browserOf(claims).catch(() => undefined);
  if (browser === undefined) return "unavailable";
  if (browser !== null && browser !== by.deviceId) return withCookie(null);
  if (!standing.certain || !(await isAwake(claims, standing))) return null;
  const value = encodeToken(successorOf(claims, standing), env().AUTH_SECRET, name);
  const isOfFormer = (line: string) => claimsOf(cookiesIn(line)[0]?.value, name)?.sid === claims.sid;
  // Whoever has signed in or out meanwhile, or has come with a newer one, keeps what they have: nobody may have asked since it was heard of.
  const mayHaveEnded = () => memory().doubtful.has(claims.sid) || memory().sessions.get(claims.sid)?.ended;
  const setCookie = () => (mayHaveEnded() ? null : setSessionCookie(secure, value, claims.end));
  return { cookie: head.cookie, setCookie, isOfFormer };
}

function claimsOf(token: string | undefined, name: string): Claims | null {
  return token ? asClaims(decodeToken(token, env().AUTH_SECRETS, name)) : null;
}

/** These claims in the session that will take the place of theirs: with the same ends, and what is true of their person now. */
function successorOf(claims: Claims, { certain: _, image: picture, ...person }: Standing): Claims {
  // The same for whoever asks, in every process: a browser that is given it twice has one.
  const sid = successorSid(claims.sid, person.role, env().AUTH_SECRET);
  const iat = Math.floor(Date.now() / 1000);
  return { ...claims, ...person, picture, startedAs: person.role, sid, follows: claims.sid, iat, exp: claims.end };
}

/** By session and browser: however many requests come at once, one of them asks the database. */
const beginning = new Map<string, Promise<void>>();

/** Begins a session that follows another, where this process meets it for the first time. False where the database does not answer. */
async function begin(claims: Claims & { follows: string }, by: Visitor): Promise<boolean> {
  const key = `${claims.sid} ${by.deviceId}`;
  const begun = beginning.get(key) ?? takeOver(claims, by).finally(() => beginning.delete(key));
  beginning.set(key, begun);
  try {
    await within(ANSWER_MS, begun);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Makes the session, if the one that it follows still runs, and ends that one. */
async function takeOver({ sub: userId, sid, follows }: Claims & { follows: string }, by: Visitor): Promise<void> {
  await makeSuccessor({ userId, sid, follows }, by);
  passOnSeen(follows, sid);
  // Not at once: what the browser sent before it had the new cookie may arrive after what it sent with it.
  const endIn = (ms: number): unknown =>
    setTimeout(() => {
      endFormer({ userId, sid, follows }).catch((error: unknown) => {
        complain(error);
        endIn(RETRY_MS);
      });
    }, ms).unref();
  endIn(UNDER_WAY_MS);
}

/**
 * Whether this session, which has ended, has one that runs in its place: then its cookie is nobody's, and no answer takes the new one away
 * with it. Where it came too late to have been sent before, somebody has a copy.
 */
async function isSucceeded({ sub: userId, sid, follows }: Claims, by: Visitor): Promise<boolean> {
  const own = memory();
  // Nothing about them is known to have changed: this session has only ended.
  if (!own.people.has(userId)) return false;
  const browser = own.sessions.get(sid)?.browser;
  if (browser && browser !== by.deviceId) return false;
  const runsAfter = (id: string) => within(ANSWER_MS, lastOf({ userId, sid: id, deviceId: by.deviceId }));
  // One that was given out and never begun is not there; what it was to follow may have gone on otherwise.
  const last = (await runsAfter(sid)) ?? (follows === null ? null : await runsAfter(follows));
  if (!last || last.id === sid || !last.isBrowsers) return false;
  if (!last.underWay) await endCopied({ userId, sid: last.id }, by);
  return true;
}

function complain(error: unknown): void {
  if (!(error instanceof AppError && error.code === "unavailable")) log().warn({ err: error }, "renewal after a change of role");
}
