import { createReadStream, statSync } from "node:fs";
import { Agent } from "node:http";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import pg from "pg";
import { encodeCursor } from "../../src/lib/keyset";
import type { Database } from "./database";
import { makeAdmin, startFoyer } from "./foyer";
import { send } from "./load";
import { type Line, median, percentile } from "./report";
import type { Stage } from "./stage";

const PEOPLE = 1_000_000;
const DEEP = 500_000;
const WARM_UP = 20;
const REQUESTS = 60;
const KB = 1_000;
const LONG = ["a1b", "9f3", "lind", "example", "c0ffee", "4242", "9f3e á1b", "7e ÀB", "silva joao"];
const SHORT = ["a", "f", "0", "7e", "c3", "99"];

interface Plan {
  sql: string;
  ms: number;
  plan: string;
}

/**
 * G6: the list of a million people over HTTP, and the time and the plan of each of its queries as PostgreSQL logs them
 * (auto_explain); beside it the list of better-auth's admin plugin, by limit and offset.
 */
export async function peopleList(stage: Stage): Promise<Line[]> {
  const database = await stage.database();
  stage.say(`G6: ${PEOPLE.toLocaleString("en")} people`);
  await seedPeople(database.client);
  const cookie = await makeAdmin(database.client);
  await explainEverything(database.client, true);
  const server = await startFoyer(await stage.tree(), database.url);
  try {
    return [...(await ours(stage, server.url, cookie, database)), ...(await peers(stage))];
  } finally {
    await server.stop();
    await explainEverything(database.client, false);
  }
}

async function ours({ say }: Stage, origin: string, cookie: string, { client, logPath }: Database): Promise<Line[]> {
  const measure = async (paths: string[]) => {
    for (let index = 0; index < WARM_UP; index++) await timed(origin, paths[index % paths.length] ?? "", cookie);
    const from = statSync(logPath).size;
    const times: number[] = [];
    for (let index = 0; index < REQUESTS; index++) times.push(await timed(origin, paths[index % paths.length] ?? "", cookie));
    return { times, plans: await plansOf(logPath, from) };
  };
  const { rows } = await client.query<{ id: string; createdAt: Date }>(
    `SELECT "id", "createdAt" FROM "User" WHERE "deletedAt" IS NULL ORDER BY "createdAt" DESC, "id" DESC OFFSET $1 LIMIT 1`,
    [DEEP],
  );
  const cursor = encodeCursor({ value: rows[0]?.createdAt.toISOString() ?? "", id: rows[0]?.id ?? "" });
  const users = (query: Record<string, string>) => `/admin/users?${new URLSearchParams(query)}`;
  say("G6: pages");
  const first = await measure([users({})]);
  const deep = await measure([users({ cursor })]);
  say("G6: searches");
  const long = await measure(LONG.map((q) => users({ q })));
  const short = await measure(SHORT.map((q) => users({ q })));
  say("G6: filters and orders");
  const rest = await measure([
    users({ role: "ADMIN" }),
    users({ status: "banned" }),
    users({ status: "unverified" }),
    users({ factor: "on" }),
    users({ way: "password" }),
    users({ sort: "seen" }),
    users({ sort: "name" }),
    users({ sort: "email", dir: "desc" }),
    users({ q: "9f3", sort: "name" }),
    users({ q: "a1b", sort: "email", dir: "desc" }),
    // In the order of words a search of a letter or two must not read everybody.
    users({ q: "7e", sort: "name" }),
    users({ q: "f", sort: "email", dir: "desc" }),
    users({ createdFrom: "2026-01-01", createdTo: "2026-01-31" }),
    users({ status: "unverified", factor: "on" }),
    users({ status: "ok", role: "MEMBER", seenFrom: "2026-01-01", seenTo: "2026-01-31" }),
    users({ status: "incomplete", createdFrom: "2026-01-01", createdTo: "2026-01-31" }),
    users({ q: "00000000-0000-4000-8000-000000000000" }),
  ]);
  const plans = [first, deep, long, short, rest].flatMap((one) => one.plans);
  const scans = plans.filter(({ plan }) => /Seq Scan on "User"/.test(plan));
  for (const { sql } of scans) say(`sequential scan: ${sql}`);
  const limit = { goal: { most: 20, of: "ours" as const }, unit: "ms" };
  const html = await page(origin, users({}), cookie);
  return [
    {
      id: "G6",
      what: `a page ${DEEP.toLocaleString("en")} deep, against the first`,
      ours: median(deep.times),
      peer: median(first.times),
      unit: "ms",
      goal: { most: 1.5, of: "ratio" },
    },
    ...queryTimes("search of 3 letters and more", long.plans, limit),
    ...queryTimes("search of 1 or 2 letters", short.plans, limit),
    ...queryTimes("filters and orders", rest.plans, { unit: "ms" }),
    { id: "G6", what: "sequential scans of people", ours: scans.length, unit: "", goal: { most: 0, of: "ours" } },
    { id: "G6", what: "  a search over HTTP, median", ours: median(long.times), unit: "ms" },
    { id: "G6", what: "  the page, HTML in gzip", ours: gzipSync(html).length / KB, unit: "kB" },
  ];
}

/** How long the queries took, all of them and those of a page apart from those of its total. */
function queryTimes(what: string, plans: Plan[], limit: Pick<Line, "unit" | "goal">): Line[] {
  const isTotal = ({ sql }: Plan) => sql.includes("COUNT(");
  const at = (share: number, own: Plan[]) =>
    percentile(
      own.map(({ ms }) => ms),
      share,
    );
  const parts = { page: plans.filter((plan) => !isTotal(plan)), total: plans.filter(isTotal) };
  return [
    { id: "G6", what: `${what}: query p99`, ours: at(0.99, plans), ...limit },
    ...Object.entries(parts).flatMap(([name, own]) => [
      { id: "G6", what: `  of the ${name}, median`, ours: at(0.5, own), unit: limit.unit },
      { id: "G6", what: `  of the ${name}, p99`, ours: at(0.99, own), unit: limit.unit },
    ]),
  ];
}

async function peers(stage: Stage): Promise<Line[]> {
  const { emptyUrl } = await stage.database();
  const { "better-auth-admin": cookie = "" } = await stage.peerCookies();
  const { url } = await stage.peer("plain");
  stage.say("G6: the same people in better-auth");
  const client = new pg.Client({ connectionString: emptyUrl });
  await client.connect();
  await client.query(
    `INSERT INTO "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "role")
       SELECT 'u' || n, ${NAME}, ${EMAIL}, true, now() - make_interval(secs => n * 30::float8), now(), 'user' FROM generate_series(1, $1::int) n
       ON CONFLICT DO NOTHING`,
    [PEOPLE],
  );
  await client.query(`VACUUM ANALYZE "user"`).finally(() => client.end());
  const measure = async (query: string) => {
    const path = `/better-auth-users?${query}`;
    await timed(url, path, cookie);
    const times: number[] = [];
    // Each takes a good while: fewer tell as much.
    for (let index = 0; index < REQUESTS / 6; index++) times.push(await timed(url, path, cookie));
    return median(times);
  };
  return [
    { id: "G6", what: "  better-auth listUsers, first page", ours: await measure("offset=0"), unit: "ms" },
    { id: "G6", what: "  better-auth listUsers, offset 500,000", ours: await measure(`offset=${DEEP}`), unit: "ms" },
    { id: "G6", what: "  better-auth listUsers, search", ours: await measure("q=a1b"), unit: "ms" },
  ];
}

const NAME = `initcap(substr(md5((n * 7)::text), 1, 6)) || ' ' || initcap(substr(md5((n * 13)::text), 1, 8))`;
const EMAIL = `substr(md5(n::text), 1, 8) || '.' || n || '@example.org'`;

/** People as they are in a place that has grown: some admins, some banned, some with two factors, a tenth without a password. */
async function seedPeople(client: pg.Client): Promise<void> {
  await client.query(
    `INSERT INTO "User" ("id", "email", "name", "role", "emailVerified", "profileComplete", "createdAt", "lastSeenAt", "updatedAt", "secondFactor", "bannedAt", "banReason")
       SELECT gen_random_uuid(), ${EMAIL}, ${NAME}, (CASE WHEN n % 5000 = 0 THEN 'ADMIN' ELSE 'MEMBER' END)::"Role",
              CASE WHEN n % 20 = 0 THEN NULL ELSE now() END, n % 15 <> 0, now() - make_interval(secs => n * 30::float8),
              now() - make_interval(secs => (n::bigint * 7919) % 30000000), now(), n % 50 = 0,
              CASE WHEN n % 10000 = 0 THEN now() END, CASE WHEN n % 10000 = 0 THEN 'Spam' END
         FROM generate_series(1, $1::int) n`,
    [PEOPLE],
  );
  await client.query(
    `INSERT INTO "Password" ("userId", "hash", "updatedAt") SELECT "id", '-', now() FROM "User" u WHERE hashtext(u."id"::text) % 10 <> 0
       ON CONFLICT DO NOTHING`,
  );
  await client.query(`VACUUM ANALYZE "User"`);
  await client.query(`VACUUM ANALYZE "Password"`);
}

/** Every statement of connections that are opened from now on is logged with its plan. */
export async function explainEverything(client: pg.Client, on: boolean): Promise<void> {
  const settings = { session_preload_libraries: "auto_explain", "auto_explain.log_min_duration": "0" };
  for (const [name, value] of Object.entries(settings))
    await client.query(`ALTER SYSTEM ${on ? `SET ${name} = '${value}'` : `RESET ${name}`}`);
  await client.query("SELECT pg_reload_conf()");
}

/** What was logged of queries about this table since the log had this length. */
export async function plansOf(path: string, from: number, about = "User"): Promise<Plan[]> {
  const plans: Plan[] = [];
  let open: Plan | null = null;
  for await (const line of createInterface({ input: createReadStream(path, { start: from }) })) {
    const began = /duration: ([\d.]+) ms {2}plan:/.exec(line);
    if (began) {
      open = { sql: "", ms: Number(began[1]), plan: "" };
      plans.push(open);
    } else if (/^\d{4}-\d\d-\d\d/.test(line)) open = null;
    else if (open && line.includes("Query Text:")) open.sql = line.trim();
    else if (open) open.plan += `${line}\n`;
  }
  // Those of the list: what the worker counts meanwhile is written by hand, and is not a request's.
  return plans.filter(({ sql, plan }) => sql.includes(`"public"."${about}"`) && plan.includes(` on "${about}"`));
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function timed(origin: string, path: string, cookie: string): Promise<number> {
  const began = performance.now();
  await page(origin, path, cookie);
  return performance.now() - began;
}

async function page(origin: string, path: string, cookie: string): Promise<string> {
  const { status, body } = await send(agent, origin + path, { headers: { cookie } });
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  return body;
}
