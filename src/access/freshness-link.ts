import { Client, type Notification } from "pg";
import { within } from "@/lib/deadline";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { SESSION_SECONDS } from "@/lib/session-token";
import {
  bury,
  CLOCK_SKEW_S,
  doubt,
  forgetAll,
  learn,
  learnSession,
  MAX_REMEMBERED,
  type Memory,
  ROW_COLUMNS,
  type Row,
} from "./freshness-memory";

const CHANNEL = "foyer_freshness";
const HEARTBEAT_MS = 1_000;
const ANSWER_MS = 1_500;
const CATCH_UP_MS = 30_000;

/** Keeps the memory of this process current until `own.running` is false: connects, catches up, listens, and again. */
export async function keepListening(own: Memory): Promise<void> {
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
    await within(CATCH_UP_MS, catchUp(own, client, before));
    own.knownXid = before;
    own.client = client;
    own.linked = true;
    own.lastHeard = Date.now();
    own.silentSince = 0;
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
    `SELECT ${ROW_COLUMNS} FROM "User" u WHERE u."version" > 0 AND ${changed("changedAt")} LIMIT ${limit}`,
  );
  const sessions = await client.query<{ id: string }>(
    `SELECT "id" FROM "Session" WHERE "endedAt" IS NOT NULL AND "expiresAt" > now() AND ${changed("endedAt")} LIMIT ${limit}`,
  );
  const deleted = await client.query<{ id: string }>(
    `SELECT "userId" AS "id" FROM "Tombstone" WHERE ${changed("deletedAt")} LIMIT ${limit}`,
  );
  if (people.rows.length + deleted.rows.length >= limit || sessions.rows.length >= limit) return forgetAll(own);
  for (const row of people.rows) learn(own, row);
  for (const { id } of sessions.rows) learnSession(own, id, true);
  for (const { id } of deleted.rows) bury(own, id);
}

function hear(own: Memory, { payload }: Notification): void {
  own.lastHeard = Date.now();
  try {
    const { id } = JSON.parse(payload ?? "") as { id?: unknown };
    if (typeof id === "string" && id.length <= 36) doubt(own, id);
    else forgetAll(own);
  } catch {
    // What cannot be read may have mattered, as does "many": ask again for all.
    forgetAll(own);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
