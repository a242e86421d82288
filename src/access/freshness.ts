import { db } from "@/lib/db";
import { within } from "@/lib/deadline";
import { AppError } from "@/lib/errors";
import type { Claims } from "@/lib/session-token";
import { keepListening } from "./freshness-link";
import {
  forgetOld,
  learn,
  learnSession,
  memory,
  type Person,
  ROW_COLUMNS,
  type Row,
  type Standing,
  settleDoubt,
  toPerson,
} from "./freshness-memory";

/** Longest that reads go on from memory when neither the link nor the database answers. */
const MAX_BLIND_MS = 60_000;
const ANSWER_MS = 1_500;
/** While the link is down, an answer of the database is good for this long. */
const ASKED_MS = 1_000;
/** No id of a browser's long-lived cookie. */
const NO_BROWSERS = "none";

export type { Standing };

/** Whose session, and what was told of them: `whole` when all of it, so that what did not change since then is not asked about. */
type Told = Pick<Claims, "sub" | "sid" | "iat" | "whole">;

/** A session that runs; `person` is undefined while nothing of theirs has changed since it was told of. */
interface Session {
  person: Person | undefined;
  certain: boolean;
}

/** What is true of the bearer of these claims now, or null when the session has ended; how that is known, `findSession` says. */
export async function standingOf(claims: Claims): Promise<Standing | null> {
  const session = await findSession(claims);
  if (!session) return null;
  const { person, certain } = session;
  if (person && claims.epoch < person.epoch) return null;
  const { role, profileComplete, mustChangePassword, emailVerified, secondFactor, deleteAfter, name, email } = person ?? claims;
  const image = person ? person.image : claims.picture;
  return { role, profileComplete, mustChangePassword, emailVerified, secondFactor, deleteAfter, name, email, image, certain };
}

/**
 * What has changed of a person since their session was told of at `iat` (seconds since 1970), or null when it has ended (signed out,
 * ended by an admin or a password change, deleted). In the steady state this is two look-ups in memory and no query; while the link to
 * the database is down the database is asked; when that is down too, memory answers for 60 s with `certain: false`, and after that this
 * throws "unavailable". It never takes an outage for a sign-out.
 */
export async function findSession(told: Told): Promise<Session | null> {
  startFreshness();
  const own = memory();
  if (own.linked) {
    const known = own.people.get(told.sub);
    const session = own.sessions.get(told.sid);
    if (session?.ended) return null;
    const isDoubtful = own.doubtful.size > 0 && (own.doubtful.has(told.sub) || own.doubtful.has(told.sid));
    if (!isDoubtful && ((told.whole && told.iat >= own.floor) || (known && session))) return running(known, true);
  }
  return ask(told);
}

/**
 * The id of the browser in which a session began; null where that was not noted, and no browser's where there is no such session. It never
 * changes, so the database is asked once. Throws "unavailable" when it has to be asked and does not answer.
 */
export async function browserOf(told: Told): Promise<string | null> {
  const own = memory();
  const known = own.sessions.get(told.sid)?.browser;
  if (known !== undefined) return known;
  const session = await ask(told);
  const learnt = own.sessions.get(told.sid);
  if (session === null && !learnt) return NO_BROWSERS;
  if (learnt?.browser === undefined) throw new AppError("unavailable");
  return learnt.browser;
}

/**
 * As `standingOf`, for the browser that brings these claims: null as well where the role is another than the one in which the session began,
 * and this is not the browser in which it did. A cookie that was copied before gives no new rights, at whatever moment it is asked about.
 */
export async function standingIn(claims: Claims, deviceId: string | null): Promise<Standing | null> {
  const standing = await standingOf(claims);
  if (!standing || standing.role === claims.startedAs) return standing;
  const browser = await browserOf(claims);
  return browser === null || browser === deviceId ? standing : null;
}

/**
 * Waits until this process has heard of every change committed so far: whoever changed something and shows a page next
 * sees it. PostgreSQL delivers pending notifications before it answers the next statement of a listening connection.
 */
export async function settleFreshness(): Promise<void> {
  const own = memory();
  // One that does not answer is given up; whoever is sitting there need not wait for the next.
  if (own.link) await within(ANSWER_MS, own.link.settle()).catch(() => undefined);
  // Without a link the database is asked, and what it said before the change is no longer true.
  own.asked.clear();
}

/** Whether this process hears of changes as they are made, and when it last heard anything; null before it ever did. */
export function freshnessLink(): { linked: boolean; lastHeard: Date | null } {
  const { linked, lastHeard } = memory();
  return { linked, lastHeard: lastHeard > 0 ? new Date(lastHeard) : null };
}

/** Starts listening, once a process; called at start-up and, for processes without one, at the first check. */
export function startFreshness(): void {
  const own = memory();
  if (own.running) return;
  own.running = true;
  void keepListening(own);
  setInterval(() => forgetOld(own), 3_600_000).unref();
}

function running(person: Person | undefined, certain: boolean): Session | null {
  return person?.deleted ? null : { person, certain };
}

/** Asks the database, at most once a second for each session; falls back to memory when it does not answer. */
async function ask(told: Told): Promise<Session | null> {
  const { sub, sid, iat } = told;
  const own = memory();
  const key = `${sub} ${sid}`;
  let asked = own.asked.get(key);
  if (!asked || Date.now() - asked.at > ASKED_MS) {
    // Somebody has just waited in vain: the next ones do not, until a second has passed. It begins with a question that was asked.
    const isSilent = Date.now() - own.silentSince < ASKED_MS;
    asked = isSilent ? undefined : { at: Date.now(), answer: within(ANSWER_MS, lookUp(told)) };
    asked?.answer.catch(() => {
      own.silentSince = Date.now();
    });
    if (own.asked.size > 10_000) own.asked.clear();
    if (asked) own.asked.set(key, asked);
  }
  try {
    if (!asked) throw new Error("the database did not answer a moment ago");
    const person = await asked.answer;
    // With a link, what was learnt is remembered and kept current; without one, this answer serves for a second.
    if (own.linked) own.asked.delete(key);
    return person ? running(person, true) : null;
  } catch (error) {
    if (own.sessions.get(sid)?.ended) return null;
    // Something about them did change, and what is not known: nobody is signed out for it, and nobody let in.
    const isDoubtful = own.doubtful.has(sub) || own.doubtful.has(sid);
    const blind = isDoubtful || (iat < own.floor && !(own.people.has(sub) && own.sessions.has(sid)));
    if (blind || Date.now() - own.lastHeard > MAX_BLIND_MS) throw new AppError("unavailable", undefined, { cause: error });
    return running(own.people.get(sub), false);
  }
}

/** One row: the person, provided the session still runs; null when either is gone. What it learns is remembered. */
async function lookUp({ sub, sid, whole }: Told): Promise<Person | null> {
  const own = memory();
  const generation = own.generation;
  const doubts = [sub, sid].map((id) => [id, own.doubtful.get(id)?.message] as const);
  const rows = await db().$queryRawUnsafe<(Row & { ended: boolean; browser: string | null })[]>(
    `SELECT ${ROW_COLUMNS}, s."deviceId" AS "browser", s."endedAt" IS NOT NULL OR s."expiresAt" < now() AS "ended"
       FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."id" = $1::uuid AND u."id" = $2::uuid`,
    sid,
    sub,
  );
  const row = rows[0];
  own.lastHeard = Date.now();
  // Between the question and the answer so much may have changed that everything was forgotten: then this is already old.
  if (generation === own.generation) {
    // One that is not there has gone, with its person perhaps; one that is to follow another may begin yet (renewal.ts).
    if (row || whole) learnSession(own, sid, row?.ended ?? true, row ? row.browser : NO_BROWSERS);
    if (row) learn(own, row);
    // Where nothing was learnt of the person, whatever else is theirs is asked about too.
    for (const [id, message] of doubts) if (row || id === sid) settleDoubt(own, id, message);
  }
  return row && !row.ended ? toPerson(row) : null;
}
