import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type Member, makeMembers, startFoyer } from "./foyer";
import { saturate, send } from "./load";
import type { Running } from "./process";
import { type Line, percentile } from "./report";
import type { Stage } from "./stage";

const ROUNDS = 200;
const CUT_ROUNDS = 20;
const STEADY_REQUESTS = 2_000;
const GIVE_UP_MS = 5_000;

interface Change {
  what: string;
  sql: string;
  id: (member: Member) => string;
  /** Whether this answer shows that the change has arrived. */
  shows: (answer: string) => boolean;
}

const CHANGES: Change[] = [
  {
    what: "role change",
    sql: `UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`,
    id: ({ id }) => id,
    shows: (answer) => answer.startsWith("ADMIN/"),
  },
  {
    what: "profile change",
    sql: `UPDATE "User" SET "name" = 'Other' WHERE "id" = $1`,
    id: ({ id }) => id,
    shows: (answer) => answer.endsWith("/Other"),
  },
  {
    what: "epoch raised (signed out everywhere)",
    sql: `UPDATE "User" SET "epoch" = "epoch" + 1 WHERE "id" = $1`,
    id: ({ id }) => id,
    shows: (answer) => answer === "refused",
  },
  {
    what: "one session ended",
    sql: `UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1`,
    id: ({ sid }) => sid,
    shows: (answer) => answer === "refused",
  },
];

/** G3: from the answer to COMMIT until every process obeys, and how many session queries that saves them. */
export async function freshness(stage: Stage): Promise<Line[]> {
  const { url } = await stage.database();
  const second = await startFoyer(await stage.tree(), url);
  try {
    return await obedience(stage, [await stage.foyer(), second]);
  } finally {
    await second.stop();
  }
}

async function obedience({ say, database }: Stage, servers: Running[]): Promise<Line[]> {
  const { client } = await database();
  const agent = new Agent({ keepAlive: true });
  const lines: Line[] = [];
  for (const change of CHANGES) {
    say(`G3: ${change.what}`);
    const times = await rounds(agent, servers, client, change, ROUNDS);
    const [p50, p99, worst] = [percentile(times, 0.5), percentile(times, 0.99), Math.max(...times)];
    lines.push({ id: "G3", what: `${change.what}: p99 in all processes`, ours: p99, unit: "ms", goal: { most: 50, of: "ours" } });
    lines.push({ id: "G3", what: `  p50`, ours: p50, unit: "ms" });
    lines.push({ id: "G3", what: `  worst`, ours: worst, unit: "ms", goal: { most: 1_000, of: "ours" } });
  }
  say("G3: session queries in the steady state");
  lines.push({
    id: "G3",
    what: `session queries in ${STEADY_REQUESTS} requests`,
    ours: await sessionQueries(servers, client),
    unit: "",
    goal: { most: 0, of: "ours" },
  });
  say("G3: the link cut");
  const cut = () => client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'foyer-freshness'");
  const [change] = CHANGES.slice(-1);
  const times = change ? await rounds(agent, servers, client, change, CUT_ROUNDS, cut) : [];
  lines.push({
    id: "G3",
    what: "one session ended, link just cut: worst",
    ours: Math.max(...times),
    unit: "ms",
    goal: { most: 1_000, of: "ours" },
  });
  agent.destroy();
  return lines;
}

/** A person a round: everybody is seen by every process before the change, so that nothing is learned by chance. */
async function rounds(
  agent: Agent,
  servers: Running[],
  client: pg.Client,
  { sql, id, shows, what }: Change,
  count: number,
  before?: () => Promise<unknown>,
): Promise<number[]> {
  const members = await makeMembers(client, count);
  const times: number[] = [];
  for (const member of members) {
    for (const server of servers) {
      const answer = await standing(agent, server, member);
      if (shows(answer) || answer === "refused") throw new Error(`${what}: before the change the answer is ${answer}`);
    }
    await before?.();
    await client.query(sql, [id(member)]);
    const committed = performance.now();
    const arrivals = servers.map(async (server) => {
      while (!shows(await standing(agent, server, member)))
        if (performance.now() - committed > GIVE_UP_MS) throw new Error(`${what}: not obeyed after ${GIVE_UP_MS} ms`);
      return performance.now() - committed;
    });
    times.push(Math.max(...(await Promise.all(arrivals))));
  }
  return times;
}

/** `ROLE/name` as the page shows them, or `refused`. */
async function standing(agent: Agent, server: Running, { cookie }: Member): Promise<string> {
  const { status, body } = await send(agent, `${server.url}/bench/standing`, { headers: { cookie } });
  if (status === 307) return "refused";
  const shown = /data-standing="([^"]*)"/.exec(body)?.[1];
  if (status !== 200 || shown === undefined) throw new Error(`/bench/standing answered ${status}`);
  return shown;
}

/** Statements that read a person or a session while pages are asked for that need nothing else. */
async function sessionQueries(servers: Running[], client: pg.Client): Promise<number> {
  const members = await makeMembers(client, 500);
  const cookies = members.map(({ cookie }) => cookie);
  // Each once: "last seen" is written in the first minute, and is no question about the session.
  for (const server of servers) await saturate({ url: `${server.url}/bench/guarded`, cookies }, members.length);
  await sleep(1_000);
  await client.query("SELECT pg_stat_statements_reset()");
  for (const server of servers) await saturate({ url: `${server.url}/bench/guarded`, cookies }, STEADY_REQUESTS / servers.length);
  const { rows } = await client.query<{ calls: string }>(
    `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND query ~* '"(User|Session|Tombstone)"' AND query !~ 'UPDATE "User" SET "lastSeenAt"'`,
  );
  return Number(rows[0]?.calls);
}
