import { Client, type Notification } from "pg";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import type { Claims } from "@/lib/session-token";

/** Longest a cookie lives: members' sessions end 30 days after sign-in, whatever happens. */
export const SESSION_SECONDS = 30 * 24 * 3600;
/** Longest that reads go on from memory when neither the link nor the database answers. */
const MAX_BLIND_MS = 60_000;
const HEARTBEAT_MS = 1_000;
const ANSWER_MS = 1_500;
/** While the link is down, an answer of the database is good for this long. */
const ASKED_MS = 1_000;
const MAX_REMEMBERED = 50_000;
/** How far the clocks of two processes may be apart before a token's `iat` could mislead the floor below. */
const CLOCK_SKEW_S = 15 * 60;
const CHANNEL = "foyer_freshness";

/** What is true of a signed-in person now. `certain` is false when only memory could be asked: reads may go on, changes may not. */
export interface Standing {
  role: Claims["role"];
  profileComplete: boolean;
  mustChangePassword: boolean;
  name: string;
  email: string;
  image: string | null;
  certain: boolean;
}

/** The columns a session depends on, as the trigger sends them; `deleted` is final. */
interface Person extends Omit<Standing, "certain"> {
  version: number;
  epoch: number;
  deleted: boolean;
  learnedAt: number;
}

interface Memory {
  people: Map<string, Person>;
  /** By session id: whether it has ended. */
  sessions: Map<string, { ended: boolean; learnedAt: number }>;
  /** Tokens issued before this second are looked up once: set when so much changed that remembering each is pointless. */
  floor: number;
  /** Raised with the floor, so that an answer which was under way then is not believed. */
  generation: number;
  linked: boolean;
  lastHeard: number;
  /** Oldest transaction that had not ended when everything before it was known; null before the first read. */
  knownXid: bigint | null;
  client: Client | null;
  running: boolean;
  asked: Map<string, { at: number; answer: Promise<Person | null> }>;
}

/** One memory a process: Next evaluates this module once per bundle. */
function memory(): Memory {
  const shared = globalThis as typeof globalThis & { foyerFreshness?: Memory };
  shared.foyerFreshness ??= {
    people: new Map(),
    sessions: new Map(),
    floor: 0,
    generation: 0,
    linked: false,
    lastHeard: 0,
    knownXid: null,
    client: null,
    running: false,
    asked: new Map(),
  };
  return shared.foyerFreshness;
}

/**
 * What is true of the bearer of these claims now, or null when the session has ended (signed out, ended by an admin or
 * a password change, deleted). In the steady state this is two look-ups in memory and no query; while the link to the
 * database is down the database is asked; when that is down too, memory answers for 60 s with `certain: false`, and
 * after that this throws "unavailable". It never takes an outage for a sign-out.
 */
export async function standingOf(claims: Claims): Promise<Standing | null> {
  startFreshness();
  const own = memory();
  if (own.linked) {
    const known = own.people.get(claims.sub);
    const session = own.sessions.get(claims.sid);
    if (session?.ended) return null;
    if (claims.iat >= own.floor || (known && session)) return merge(claims, known, true);
  }
  return ask(claims);
}

/**
 * Waits until this process has heard of every change committed so far: whoever changed something and shows a page next
 * sees it. PostgreSQL delivers pending notifications before it answers the next statement of a listening connection.
 */
export async function settleFreshness(): Promise<void> {
  const own = memory();
  if (own.linked && own.client) await within(ANSWER_MS, own.client.query("SELECT 1")).catch(() => undefined);
  // Without a link the database is asked, and what it said before the change is no longer true.
  own.asked.clear();
}

/** Starts listening, once a process; called at start-up and, for processes without one, at the first check. */
export function startFreshness(): void {
  const own = memory();
  if (own.running) return;
  own.running = true;
  void keepListening(own);
  // Nobody holds a token older than SESSION_SECONDS, so what changed before then no longer matters.
  setInterval(() => forgetOld(own), 3_600_000).unref();
}

function merge(claims: Claims, known: Person | undefined, certain: boolean): Standing | null {
  if (!known) {
    const { role, profileComplete, mustChangePassword, name, email, picture } = claims;
    return { role, profileComplete, mustChangePassword, name, email, image: picture, certain };
  }
  if (known.deleted || claims.epoch < known.epoch) return null;
  const { role, profileComplete, mustChangePassword, name, email, image } = known;
  return { role, profileComplete, mustChangePassword, name, email, image, certain };
}

/** Asks the database, at most once a second for each session; falls back to memory when it does not answer. */
async function ask(claims: Claims): Promise<Standing | null> {
  const own = memory();
  const key = `${claims.sub} ${claims.sid}`;
  let asked = own.asked.get(key);
  if (!asked || Date.now() - asked.at > ASKED_MS) {
    asked = { at: Date.now(), answer: within(ANSWER_MS, lookUp(claims.sub, claims.sid)) };
    asked.answer.catch(() => undefined);
    if (own.asked.size > 10_000) own.asked.clear();
    own.asked.set(key, asked);
  }
  try {
    const person = await asked.answer;
    return person ? merge(claims, person, true) : null;
  } catch (error) {
    if (own.sessions.get(claims.sid)?.ended) return null;
    const blind = claims.iat < own.floor && !own.people.has(claims.sub);
    if (blind || Date.now() - own.lastHeard > MAX_BLIND_MS) throw new AppError("unavailable", undefined, { cause: error });
    return merge(claims, own.people.get(claims.sub), false);
  }
}

/** One row: the person, provided the session still runs; null when either is gone. What it learns is remembered. */
async function lookUp(sub: string, sid: string): Promise<Person | null> {
  const own = memory();
  const generation = own.generation;
  const rows = await db().$queryRaw<(Row & { ended: boolean })[]>`
    SELECT u."id", u."version", u."epoch", u."role", u."profileComplete", u."mustChangePassword", u."name", u."email", u."image",
           s."endedAt" IS NOT NULL OR s."expiresAt" < now() AS "ended"
      FROM "Session" s JOIN "User" u ON u."id" = s."userId"
     WHERE s."id" = ${sid}::uuid AND u."id" = ${sub}::uuid`;
  const row = rows[0];
  own.lastHeard = Date.now();
  // Between the question and the answer so much may have changed that everything was forgotten: then this is already old.
  if (generation === own.generation) {
    remember(own.sessions, sid, { ended: row?.ended ?? true, learnedAt: Date.now() });
    if (row) learn(own, row);
  }
  return row && !row.ended ? { ...toPerson(row), deleted: false } : null;
}

interface Row extends Omit<Standing, "certain"> {
  id: string;
  version: bigint | string | number;
  epoch: number;
}

function toPerson({ role, profileComplete, mustChangePassword, name, email, image, version, epoch }: Row): Person {
  return {
    role,
    profileComplete,
    mustChangePassword,
    name,
    email,
    image,
    epoch,
    version: Number(version),
    deleted: false,
    learnedAt: Date.now(),
  };
}

/** The higher version wins: a notification that overtook the snapshot is not undone by it. */
function learn(own: Memory, row: Row): void {
  const known = own.people.get(row.id);
  const person = toPerson(row);
  if (!known || (!known.deleted && person.version > known.version)) remember(own.people, row.id, person);
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) forgetAll(memory());
}

/** Too much changed to remember each: from here on every older token is looked up once. */
function forgetAll(own: Memory): void {
  own.people.clear();
  own.sessions.clear();
  own.asked.clear();
  own.floor = Math.floor(Date.now() / 1000) + CLOCK_SKEW_S;
  own.generation++;
}

function forgetOld(own: Memory): void {
  const oldest = Date.now() - (SESSION_SECONDS + CLOCK_SKEW_S) * 1000;
  for (const map of [own.people, own.sessions]) {
    for (const [key, { learnedAt }] of map) if (learnedAt < oldest) map.delete(key);
  }
}

async function keepListening(own: Memory): Promise<void> {
  for (let failures = 0; own.running; failures++) {
    try {
      await listen(own, () => {
        failures = 0;
      });
    } catch (error) {
      if (own.running && failures % 20 === 0) log().warn({ err: error }, "freshness: no link to the database, asking it for every check");
    }
    own.linked = false;
    if (own.running) await sleep(Math.min(2_000, 50 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random()));
  }
}

/** Listens until the connection ends or stays silent: LISTEN first, then what was missed, then one heartbeat a second. */
async function listen(own: Memory, onLinked: () => void): Promise<void> {
  const client = new Client({
    connectionString: env().DATABASE_URL,
    connectionTimeoutMillis: ANSWER_MS,
    keepAlive: true,
    application_name: "foyer-freshness",
  });
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.on("end", () => reject(new Error("connection ended")));
  });
  lost.catch(() => undefined);
  client.on("notification", (message) => hear(own, message));
  try {
    await Promise.race([within(2 * ANSWER_MS, client.connect()), lost]);
    await within(ANSWER_MS, client.query(`LISTEN ${CHANNEL}`));
    const before = await oldestOpenXid(client);
    await within(20 * ANSWER_MS, catchUp(own, client, before));
    own.knownXid = before;
    own.client = client;
    own.linked = true;
    own.lastHeard = Date.now();
    onLinked();
    log().debug("freshness: linked");
    for (let previous = before; own.running; ) {
      await Promise.race([sleep(HEARTBEAT_MS), lost]);
      const now = await Promise.race([oldestOpenXid(client), lost]);
      own.lastHeard = Date.now();
      // A beat late on purpose: a commit is announced a moment after it becomes visible.
      own.knownXid = previous;
      previous = now;
    }
  } finally {
    own.linked = false;
    if (own.client === client) own.client = null;
    client.removeAllListeners("notification");
    // A half-open socket never finishes a polite goodbye.
    void within(ANSWER_MS, client.end()).catch(() => undefined);
  }
}

async function oldestOpenXid(client: Client): Promise<bigint> {
  const { rows } = await within(ANSWER_MS, client.query<{ xmin: string }>("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin"));
  return BigInt(rows[0]?.xmin ?? 0);
}

/** Everything that changed since this process last knew, or within a token's life when it knows nothing yet. */
async function catchUp(own: Memory, client: Client, now: bigint): Promise<void> {
  // A number lower than the one we knew means another server or a restored copy: what we remember is of no use.
  const since = own.knownXid !== null && own.knownXid <= now ? own.knownXid.toString() : null;
  if (own.knownXid !== null && since === null) forgetAll(own);
  const limit = MAX_REMEMBERED;
  const changed = (column: string) =>
    since === null ? `"${column}" > now() - interval '${SESSION_SECONDS + CLOCK_SKEW_S} seconds'` : `"changedXid" >= ${since}`;
  const people = await client.query<Row>(
    `SELECT "id", "version", "epoch", "role", "profileComplete", "mustChangePassword", "name", "email", "image"
       FROM "User" WHERE "version" > 0 AND ${changed("changedAt")} LIMIT ${limit}`,
  );
  const sessions = await client.query<{ id: string }>(
    `SELECT "id" FROM "Session" WHERE "endedAt" IS NOT NULL AND "expiresAt" > now() AND ${changed("endedAt")} LIMIT ${limit}`,
  );
  const deleted = await client.query<{ id: string }>(
    `SELECT "userId" AS "id" FROM "Tombstone" WHERE ${changed("deletedAt")} LIMIT ${limit}`,
  );
  if (people.rows.length + deleted.rows.length >= limit || sessions.rows.length >= limit) return forgetAll(own);
  for (const row of people.rows) learn(own, row);
  for (const { id } of sessions.rows) remember(own.sessions, id, { ended: true, learnedAt: Date.now() });
  for (const { id } of deleted.rows) bury(own, id);
}

function hear(own: Memory, { payload }: Notification): void {
  own.lastHeard = Date.now();
  try {
    const message = JSON.parse(payload ?? "") as { kind: "many" } | { kind: "session" | "deleted"; id: string } | ({ kind: "user" } & Row);
    if (message.kind === "user" && isWhole(message)) learn(own, message);
    else if (message.kind === "session") remember(own.sessions, message.id, { ended: true, learnedAt: Date.now() });
    else if (message.kind === "deleted") bury(own, message.id);
    else forgetAll(own);
  } catch {
    // Anyone with the database's password may send on the channel. What cannot be read may have mattered: ask again for all.
    forgetAll(own);
  }
}

/** A trigger of another release may send less: half a person must not be remembered as the truth. */
function isWhole({ id, version, epoch, role, profileComplete, name, email }: Row): boolean {
  const isKnown = typeof id === "string" && Number(version) > 0 && Number.isInteger(epoch) && (role === "MEMBER" || role === "ADMIN");
  return isKnown && typeof profileComplete === "boolean" && typeof name === "string" && typeof email === "string";
}

function bury(own: Memory, id: string): void {
  const gone: Person = {
    role: "MEMBER",
    profileComplete: false,
    mustChangePassword: false,
    name: "",
    email: "",
    image: null,
    version: Number.MAX_SAFE_INTEGER,
    epoch: Number.MAX_SAFE_INTEGER,
    deleted: true,
    learnedAt: Date.now(),
  };
  remember(own.people, id, gone);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
