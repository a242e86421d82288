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
/** Before anything is timed: what a process does first is compiled as it is done. */
const WARM_UP = { requests: 1_000, rounds: 10 };
const STEADY_REQUESTS = 2_000;
const GIVE_UP_MS = 5_000;

type Statement = [sql: string, ...values: string[]];

interface Change {
  what: string;
  /** What the product's action writes, in its order, within one transaction. */
  writes: (member: Member) => Statement[];
  /** Whether this answer shows that the change has arrived. */
  shows: (answer: string) => boolean;
}

type See = (agent: Agent, server: Running, member: Member) => Promise<string>;

const isRefused = (answer: string) => answer === "refused";
/** Never compared with anything: only that a hash is written counts. */
const NEW_HASH = "$2b$11$abcdefghijklmnopqrstuuJDGZV9cTbBEtBPYkMSAYQYhXFBqaJXe";

const SIGN_OUT_DEVICE: Change = {
  what: "device signed out",
  writes: ({ sid }) => [[`UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1 AND "endedAt" IS NULL`, sid]],
  shows: isRefused,
};

const ROLE: Change = {
  what: "role change",
  writes: ({ id }) => [[`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, id]],
  shows: (answer) => answer.startsWith("ADMIN/"),
};

const CHANGES: Change[] = [
  ROLE,
  {
    what: "profile change",
    writes: ({ id }) => [[`UPDATE "User" SET "name" = 'Other' WHERE "id" = $1`, id]],
    shows: (answer) => answer.endsWith("/Other"),
  },
  {
    // banPerson
    what: "ban",
    writes: ({ id }) => [
      [`UPDATE "User" SET "bannedAt" = now(), "bannedUntil" = NULL, "banReason" = 'Spam' WHERE "id" = $1`, id],
      ...allSessions(id),
    ],
    shows: isRefused,
  },
  SIGN_OUT_DEVICE,
  {
    // changePassword, asked for in another session: that one stays, the one that is watched ends, and the epoch does not move.
    what: "password change, seen by another device",
    writes: ({ id, otherSid }) => [
      ...newPassword(id),
      [`UPDATE "Session" SET "endedAt" = now() WHERE "userId" = $1 AND "id" <> $2 AND "endedAt" IS NULL`, id, otherSid],
      [`UPDATE "Session" SET "reauthenticatedAt" = now() WHERE "id" = $1`, otherSid],
    ],
    shows: isRefused,
  },
  {
    // resetPassword, by the link in the mail
    what: "password reset (signed out everywhere)",
    writes: ({ id }) => [...newPassword(id), ...allSessions(id)],
    shows: isRefused,
  },
];

function newPassword(id: string): Statement[] {
  return [
    [
      `INSERT INTO "Password" ("userId", "hash", "updatedAt") VALUES ($1, $2, now())
         ON CONFLICT ("userId") DO UPDATE SET "hash" = excluded."hash", "updatedAt" = now()`,
      id,
      NEW_HASH,
    ],
    [`UPDATE "User" SET "mustChangePassword" = false WHERE "id" = $1`, id],
  ];
}

/** As endSessions does it. */
function allSessions(id: string): Statement[] {
  return [
    [`UPDATE "Session" SET "endedAt" = now() WHERE "userId" = $1 AND "endedAt" IS NULL`, id],
    [`UPDATE "User" SET "epoch" = "epoch" + 1 WHERE "id" = $1`, id],
  ];
}

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
  const cookies = (await makeMembers(client, 100)).map(({ cookie }) => cookie);
  for (const { url } of servers)
    for (const path of ["obeyed", "standing"]) await saturate({ url: `${url}/bench/${path}`, cookies }, WARM_UP.requests);
  const measure = async (change: Change, see: See) => {
    await rounds(agent, servers, client, change, WARM_UP.rounds, see);
    const times = await rounds(agent, servers, client, change, ROUNDS, see);
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), worst: Math.max(...times) };
  };
  for (const change of CHANGES) {
    say(`G3: ${change.what}`);
    const { p50, p99, worst } = await measure(change, atTheDoor);
    lines.push({ id: "G3", what: `${change.what}: p99 in all processes`, ours: p99, unit: "ms", goal: { most: 50, of: "ours" } });
    lines.push({ id: "G3", what: `  p50`, ours: p50, unit: "ms" });
    lines.push({ id: "G3", what: `  worst`, ours: worst, unit: "ms", goal: { most: 1_000, of: "ours" } });
  }
  say("G3: role change, with the page that shows it");
  for (const [what, ours] of Object.entries(await measure(ROLE, onAPage)))
    lines.push({ id: "G3", what: `role change until a whole page shows it: ${what}`, ours, unit: "ms" });
  say("G3: session queries in the steady state");
  lines.push({
    id: "G3",
    what: `session queries in ${STEADY_REQUESTS} requests`,
    ours: await sessionQueries(servers, client),
    unit: "",
    goal: { most: 0, of: "ours" },
  });
  say("G3: the link cut");
  const cut = () => client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'foyer_freshness'");
  const times = await rounds(agent, servers, client, SIGN_OUT_DEVICE, CUT_ROUNDS, atTheDoor, cut);
  lines.push({
    id: "G3",
    what: "device signed out, link just cut: worst",
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
  { writes, shows, what }: Change,
  count: number,
  see: See,
  before?: () => Promise<unknown>,
): Promise<number[]> {
  const members = await makeMembers(client, count);
  const times: number[] = [];
  for (const member of members) {
    for (const server of servers) {
      const answer = await see(agent, server, member);
      if (shows(answer) || answer === "refused") throw new Error(`${what}: before the change the answer is ${answer}`);
    }
    await before?.();
    await client.query("BEGIN");
    for (const [sql, ...values] of writes(member)) await client.query(sql, values);
    await client.query("COMMIT");
    const committed = performance.now();
    const arrivals = servers.map(async (server) => {
      while (!shows(await see(agent, server, member)))
        if (performance.now() - committed > GIVE_UP_MS) throw new Error(`${what}: not obeyed after ${GIVE_UP_MS} ms`);
      return performance.now() - committed;
    });
    times.push(Math.max(...(await Promise.all(arrivals))));
  }
  return times;
}

/** `ROLE/name` as the door knows it, or `refused`. */
async function atTheDoor(agent: Agent, server: Running, { cookie }: Member): Promise<string> {
  const { status, body } = await send(agent, `${server.url}/bench/obeyed`, { headers: { cookie } });
  if (status === 401) return "refused";
  if (status !== 200) throw new Error(`/bench/obeyed answered ${status}`);
  const { role, name } = JSON.parse(body) as { role: string; name: string };
  return `${role}/${name}`;
}

/** The same, as a page shows it: with what it costs to make one, and to collect what that leaves. */
async function onAPage(agent: Agent, server: Running, { cookie }: Member): Promise<string> {
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
