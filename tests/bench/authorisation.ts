import { Agent } from "node:http";
import { subject } from "@casl/ability";
import type pg from "pg";
import { abilityFor, accessibleBy } from "../../src/access/rules";
import { makeAdmin, startFoyer } from "./foyer";
import { send } from "./load";
import { type Line, median } from "./report";
import type { Stage } from "./stage";

const ROUNDS = 5;
const TURNS = 20_000;
const LISTS = ["/admin/users", "/admin/audit", "/files", "/api/files", "/settings/devices", "/members"];
const MANY = 40;

/** G8: what the rules cost a request, and how many queries each list makes with few rows and with many. */
export async function authorisation(stage: Stage): Promise<Line[]> {
  const { client, url } = await stage.database();
  const lines: Line[] = [
    { id: "G8", what: "rules made, asked and turned into a query", ours: median(costs()), unit: "us", goal: { most: 10, of: "ours" } },
  ];
  const cookie = await makeAdmin(client);
  const server = await startFoyer(await stage.tree(), url);
  try {
    stage.say("G8: queries of the lists");
    const few = await queriesOf(client, server.url, cookie);
    await fill(client, cookie);
    const many = await queriesOf(client, server.url, cookie);
    const grown = LISTS.filter((path) => many[path] !== few[path]);
    for (const path of grown) stage.say(`${path}: ${few[path]} queries with few rows, ${many[path]} with many`);
    lines.push({ id: "G8", what: "lists whose queries grow with their rows", ours: grown.length, unit: "", goal: { most: 0, of: "ours" } });
    for (const path of LISTS) lines.push({ id: "G8", what: `  queries of ${path}`, ours: many[path] ?? null, unit: "" });
  } finally {
    await server.stop();
  }
  return lines;
}

/** Microseconds of CPU a request: the rules of an admin, one question about a row, one about a place, and the `where` of a list. */
function costs(): number[] {
  const bearer = { userId: "me", role: "ADMIN", profileComplete: true, mustChangePassword: false, emailVerified: true } as const;
  const row = subject("File", { ownerId: "me" });
  return Array.from({ length: ROUNDS + 1 }, () => {
    const before = process.cpuUsage();
    for (let turn = 0; turn < TURNS; turn++) {
      const ability = abilityFor(bearer);
      if (!ability.can("read", "Dashboard") || !ability.can("delete", row)) throw new Error("an admin may");
      accessibleBy(ability).ofType("User");
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / TURNS;
    // The first round warms up.
  }).slice(1);
}

async function queriesOf(client: pg.Client, origin: string, cookie: string): Promise<Record<string, number>> {
  const agent = new Agent({ keepAlive: true });
  const ask = async (path: string) => {
    const { status } = await send(agent, origin + path, { headers: { cookie } });
    if (status !== 200) throw new Error(`${path} answered ${status}`);
  };
  // The first request of a minute notes when the admin was last seen.
  for (const path of LISTS) await ask(path);
  const counts: Record<string, number> = {};
  for (const path of LISTS) {
    const seen: number[] = [];
    // The worker asks for jobs now and then: the least of three is the page's own.
    for (let turn = 0; turn < 3; turn++) {
      await client.query("SELECT pg_stat_statements_reset()");
      await ask(path);
      const { rows } = await client.query<{ calls: string }>(
        `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
          WHERE r.rolname = 'foyer' AND s.query ~ '"(User|AuditEvent|File|Session)"' AND s.query !~* 'graphile_worker|^UPDATE'`,
      );
      seen.push(Number(rows[0]?.calls));
    }
    counts[path] = Math.min(...seen);
  }
  agent.destroy();
  return counts;
}

/** More of everything than a page shows, for the one person who asks. */
async function fill(client: pg.Client, cookie: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(`SELECT "id" FROM "User" WHERE "role" = 'ADMIN' ORDER BY "createdAt" DESC LIMIT 1`);
  const id = rows[0]?.id;
  if (!id || !cookie) throw new Error("there is no admin");
  await client.query(
    `INSERT INTO "File" ("id", "ownerId", "name", "key", "sizeBytes", "contentType", "status", "provider", "updatedAt")
       SELECT gen_random_uuid(), $1::uuid, 'file ' || n, $1 || '/' || gen_random_uuid(), 1000, 'text/plain', 'READY', 'LOCAL', now() FROM generate_series(1, $2::int) n`,
    [id, MANY],
  );
  await client.query(
    `INSERT INTO "Session" ("id", "userId", "method", "expiresAt") SELECT gen_random_uuid(), $1::uuid, 'password', now() + interval '1 day' FROM generate_series(1, $2::int)`,
    [id, MANY],
  );
  await client.query(
    `INSERT INTO "AuditEvent" ("id", "action", "subjectType", "subjectId", "actorId") SELECT gen_random_uuid(), 'user.signed_in', 'User', $1::text, $1::uuid FROM generate_series(1, $2::int)`,
    [id, MANY],
  );
  await client.query(
    `INSERT INTO "User" ("id", "email", "name", "updatedAt") SELECT gen_random_uuid(), gen_random_uuid() || '@example.org', 'Somebody', now() FROM generate_series(1, $1::int)`,
    [MANY],
  );
}
