import type { Link } from "@/lib/notifications";
import { perProcess } from "@/lib/per-process";
import { type Claims, SESSION_SECONDS } from "@/lib/session-token";

/** How far the clocks of two processes may be apart before a token's `iat` could mislead the floor below. */
export const CLOCK_SKEW_S = 15 * 60;
/** People, sessions or doubts that a process remembers at most: beyond it `forgetAll`. */
export const MAX_REMEMBERED = 50_000;

/** What is true of a signed-in person now. `certain` is false when only memory could be asked: reads may go on, changes may not. */
export interface Standing {
  role: Claims["role"];
  profileComplete: boolean;
  mustChangePassword: boolean;
  emailVerified: boolean;
  /** Whether signing in takes a second proof. */
  secondFactor: boolean;
  /** When the account goes for good, as ISO text; null for most. */
  deleteAfter: string | null;
  name: string;
  email: string;
  image: string | null;
  certain: boolean;
}

/** The columns a session depends on; `deleted` is final. */
export interface Person extends Omit<Standing, "certain"> {
  version: number;
  epoch: number;
  deleted: boolean;
  learnedAt: number;
}

/** A person as the database tells them. */
export interface Row extends Omit<Standing, "certain" | "deleteAfter"> {
  id: string;
  version: bigint | string | number;
  epoch: number;
  deleteAfter: string | Date | null;
}

/** The columns of `Row`, of table "User" under the name `u`. */
export const ROW_COLUMNS = `u."id", u."version", u."epoch", u."role", u."profileComplete", u."mustChangePassword",
  u."emailVerified" IS NOT NULL AS "emailVerified", u."secondFactor", u."deleteAfter", u."name", u."email", u."image"`;

export interface Memory {
  people: Map<string, Person>;
  /** By session id: whether it has ended, and in which browser it began; null where that was not noted, "none" of one that is not there, undefined where nobody asked. */
  sessions: Map<string, { ended: boolean; browser: string | null | undefined; learnedAt: number }>;
  /**
   * People and sessions of whom the channel said that they changed, by id. Only that is believed: anybody who may connect to
   * the database can send on it. The next check asks the database, and takes the id out unless another message came meanwhile.
   */
  doubtful: Map<string, { message: number; learnedAt: number }>;
  /** How many messages came in the life of this process. It never begins again, so no two doubts are ever taken for one. */
  heard: number;
  /** Tokens issued before this second are looked up once: set when so much changed that remembering each is pointless. */
  floor: number;
  /** Raised with the floor, so that an answer which was under way then is not believed. */
  generation: number;
  linked: boolean;
  lastHeard: number;
  /** Oldest transaction that had not ended when everything before it was known; null before the first read. */
  knownXid: bigint | null;
  /** By which it hears of changes, while it stands. */
  link: Link | null;
  running: boolean;
  /** Questions to the database, by session, while the link cannot answer them. */
  asked: Map<string, { at: number; answer: Promise<Person | null> }>;
  /** When the database last failed to answer in time: for a moment nobody else waits for it. */
  silentSince: number;
}

/** What this process remembers of whom something has changed. */
export function memory(): Memory {
  return perProcess<Memory>("foyerFreshness", () => ({
    people: new Map(),
    sessions: new Map(),
    doubtful: new Map(),
    heard: 0,
    floor: 0,
    generation: 0,
    linked: false,
    lastHeard: 0,
    knownXid: null,
    link: null,
    running: false,
    asked: new Map(),
    silentSince: 0,
  }));
}

/** A row as it is remembered: learnt now, and of somebody who is there. */
export function toPerson({ id: _, version, deleteAfter, ...row }: Row): Person {
  const until = deleteAfter === null || deleteAfter === undefined ? null : new Date(deleteAfter).toISOString();
  const { role, profileComplete, mustChangePassword, emailVerified, secondFactor, name, email, image, epoch } = row;
  const standing = { role, profileComplete, mustChangePassword, emailVerified, secondFactor, name, email, image, epoch };
  return { ...standing, deleteAfter: until, version: Number(version), deleted: false, learnedAt: Date.now() };
}

/** The higher version wins: a notification that overtook the snapshot is not undone by it. */
export function learn(own: Memory, row: Row): void {
  const known = own.people.get(row.id);
  const person = toPerson(row);
  if (!known || (!known.deleted && person.version > known.version)) remember(own, own.people, row.id, person);
}

/** Notes whether a session has ended, as the database says. */
export function learnSession(own: Memory, sid: string, ended: boolean, browser?: string | null): void {
  const known = own.sessions.get(sid);
  // An end is never undone, whichever of two answers comes last.
  const session = { ended: ended || known?.ended === true, browser: browser === undefined ? known?.browser : browser };
  remember(own, own.sessions, sid, { ...session, learnedAt: Date.now() });
}

/** Notes that a person or session changed. What was asked before this no longer counts. */
export function doubt(own: Memory, id: string): void {
  own.asked.clear();
  remember(own, own.doubtful, id, { message: ++own.heard, learnedAt: Date.now() });
}

/** Takes the doubt away that stood when a question was asked, unless another came before its answer. */
export function settleDoubt(own: Memory, id: string, message: number | undefined): void {
  if (own.doubtful.get(id)?.message === message) own.doubtful.delete(id);
}

/** Notes that somebody is deleted: no row or message is believed of them any more, and no cookie. */
export function bury(own: Memory, id: string): void {
  const nothing = { name: "", email: "", image: null, role: "MEMBER" as const, deleteAfter: null };
  const no = { profileComplete: false, mustChangePassword: false, emailVerified: false, secondFactor: false };
  const last = Number.MAX_SAFE_INTEGER;
  remember(own, own.people, id, { ...nothing, ...no, version: last, epoch: last, deleted: true, learnedAt: Date.now() });
}

/** Too much changed to remember each: from here on every older token is looked up once. */
export function forgetAll(own: Memory): void {
  own.people.clear();
  own.sessions.clear();
  own.doubtful.clear();
  own.asked.clear();
  own.floor = Math.floor(Date.now() / 1000) + CLOCK_SKEW_S;
  own.generation++;
}

/** Nobody holds a token older than SESSION_SECONDS, so what changed before then no longer matters. */
export function forgetOld(own: Memory): void {
  const oldest = Date.now() - (SESSION_SECONDS + CLOCK_SKEW_S) * 1000;
  for (const map of [own.people, own.sessions, own.doubtful]) {
    for (const [key, { learnedAt }] of map) if (learnedAt < oldest) map.delete(key);
  }
}

function remember<T>(own: Memory, map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) forgetAll(own);
}
