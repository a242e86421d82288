import { keepHearing, type Link } from "@/lib/notifications";
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
const CATCH_UP_MS = 30_000;

/** Keeps the memory of this process current: LISTEN first, then what was missed, then one question a second. */
export async function keepListening(own: Memory): Promise<void> {
  let previous = 0n;
  await keepHearing(CHANNEL, {
    async linked(link) {
      previous = await oldestOpenXid(link);
      await catchUp(own, link, previous);
      own.knownXid = previous;
      own.link = link;
      own.linked = true;
      own.lastHeard = Date.now();
      own.silentSince = 0;
    },
    async ask(link) {
      const now = await oldestOpenXid(link);
      // An answer of a link that was given up says nothing of the next one.
      if (own.link !== link) return;
      own.lastHeard = Date.now();
      // A beat late on purpose: a commit is announced a moment after it becomes visible.
      own.knownXid = previous;
      previous = now;
    },
    heard: (payload) => hear(own, payload),
    // The database is asked for every check until the link is back.
    lost() {
      own.linked = false;
      own.link = null;
    },
  });
}

async function oldestOpenXid(link: Link): Promise<bigint> {
  const { rows } = await link.ask<{ xmin: string }>("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin");
  return BigInt(rows[0]?.xmin ?? 0);
}

/** Everything that changed since this process last knew, or within a token's life when it knows nothing yet. */
async function catchUp(own: Memory, link: Link, now: bigint): Promise<void> {
  // A number lower than the one we knew means another server or a restored copy: what we remember is of no use.
  const since = own.knownXid !== null && own.knownXid <= now ? own.knownXid.toString() : null;
  if (own.knownXid !== null && since === null) forgetAll(own);
  const limit = MAX_REMEMBERED;
  const changed = (column: string) =>
    since === null ? `"${column}" > now() - interval '${SESSION_SECONDS + CLOCK_SKEW_S} seconds'` : `"changedXid" >= ${since}`;
  const people = await link.ask<Row>(
    `SELECT ${ROW_COLUMNS} FROM "User" u WHERE u."version" > 0 AND ${changed("changedAt")} LIMIT ${limit}`,
    CATCH_UP_MS,
  );
  const sessions = await link.ask<{ id: string }>(
    `SELECT "id" FROM "Session" WHERE "endedAt" IS NOT NULL AND "expiresAt" > now() AND ${changed("endedAt")} LIMIT ${limit}`,
    CATCH_UP_MS,
  );
  const deleted = await link.ask<{ id: string }>(
    `SELECT "userId" AS "id" FROM "Tombstone" WHERE ${changed("deletedAt")} LIMIT ${limit}`,
    CATCH_UP_MS,
  );
  if (people.rows.length + deleted.rows.length >= limit || sessions.rows.length >= limit) return forgetAll(own);
  for (const row of people.rows) learn(own, row);
  for (const { id } of sessions.rows) learnSession(own, id, true);
  for (const { id } of deleted.rows) bury(own, id);
}

function hear(own: Memory, payload: string): void {
  own.lastHeard = Date.now();
  try {
    const { id } = JSON.parse(payload) as { id?: unknown };
    if (typeof id === "string" && id.length <= 36) doubt(own, id);
    else forgetAll(own);
  } catch {
    // What cannot be read may have mattered, as does "many": ask again for all.
    forgetAll(own);
  }
}
