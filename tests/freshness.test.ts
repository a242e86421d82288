import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { currentEntry } from "@/access/entry";
import { browserOf, type Standing, settleFreshness, standingOf, startFreshness } from "@/access/freshness";
import type { Memory } from "@/access/freshness-memory";
import { renewAtNewRole } from "@/access/renewal";
import { handlers } from "@/auth";
import { changeRole } from "@/features/people/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { type Claims, decodeToken, encodeToken } from "@/lib/session-token";
import { admin, person } from "./support/people";
import { newClaims, signedIn } from "./support/request";
import { startTcpProxy } from "./support/tcp-proxy";

/** Generous: what is measured here is that it comes, not how fast. */
const COMES = { timeout: 30_000, interval: 5 };

const direct = new URL(process.env.DATABASE_URL ?? "");
const line = await startTcpProxy({ host: direct.hostname, port: Number(direct.port) });
// Everything the app does goes through the line; what the tests do with `sql` does not.
const proxied = new URL(direct);
proxied.host = `127.0.0.1:${line.port}`;
process.env.DATABASE_URL = proxied.href;

const hand = new pg.Pool({ connectionString: direct.href, max: 4 });
const sql = async (text: string, values: unknown[] = []) => (await hand.query(text, values)).rows;
const killLink = () =>
  sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'foyer_freshness' AND datname = current_database()`);
const memory = () => (globalThis as typeof globalThis & { foyerFreshness: Memory }).foyerFreshness;
const isLinked = () => memory().linked;
const linked = () => vi.waitFor(() => expect(isLinked()).toBe(true), COMES);
const unlinked = () => vi.waitFor(() => expect(isLinked()).toBe(false), COMES);
const arrives = (claims: Claims, expected: object | null) =>
  vi.waitFor(async () => expect(await standingOf(claims)).toEqual(expected && expect.objectContaining(expected)), COMES);
const someone = async (role: "MEMBER" | "ADMIN" = "MEMBER") => {
  const who = await person({ role });
  return { ...who, claims: await newClaims(who) };
};

beforeAll(async () => {
  startFreshness();
  await linked();
});
beforeEach(async () => {
  line.mend();
  await linked();
});
afterEach(() => line.mend());
afterAll(async () => {
  line.stop();
  await hand.end();
});

const CHANGES: [string, (who: { id: string }, claims: Claims) => Promise<unknown>, Partial<Standing> | null][] = [
  ["a new role", ({ id }) => sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [id]), { role: "ADMIN", certain: true }],
  [
    "an unfinished profile",
    ({ id }) => sql(`UPDATE "User" SET "profileComplete" = false WHERE "id" = $1`, [id]),
    { profileComplete: false, certain: true },
  ],
  [
    "a password that must be changed",
    ({ id }) => sql(`UPDATE "User" SET "mustChangePassword" = true WHERE "id" = $1`, [id]),
    { mustChangePassword: true, certain: true },
  ],
  [
    "another name, address and picture",
    ({ id }) =>
      sql(`UPDATE "User" SET "name" = 'New', "email" = $1 || '@example.org', "image" = 'https://x/y' WHERE "id" = $1::uuid`, [id]),
    { name: "New", image: "https://x/y", certain: true },
  ],
  ["a raised epoch", ({ id }) => sql(`UPDATE "User" SET "epoch" = "epoch" + 1 WHERE "id" = $1`, [id]), null],
  ["the end of the session", (_, { sid }) => sql(`UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1`, [sid]), null],
  ["deletion", ({ id }) => sql(`DELETE FROM "User" WHERE "id" = $1`, [id]), null],
];

describe("what changes in the database", () => {
  test.each(CHANGES)("%s is true here without asking", async (_, change, expected) => {
    const { claims, ...who } = await someone();
    expect(await standingOf(claims)).toMatchObject({ role: "MEMBER", profileComplete: true, certain: true });
    await change(who, claims);
    await arrives(claims, expected);
    expect(isLinked()).toBe(true);
  });

  test("is true in another process too", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "tests/support/freshness-child.ts"], {
      env: { ...process.env, DATABASE_URL: direct.href },
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      expect((await lines.next()).value).toBe("linked");
      const ask = async (claims: Claims) => {
        child.stdin.write(`${JSON.stringify(claims)}\n`);
        return JSON.parse((await lines.next()).value);
      };
      for (const [name, change, expected] of CHANGES) {
        const { claims, ...who } = await someone();
        expect(await ask(claims), name).toMatchObject({ role: "MEMBER", certain: true });
        await change(who, claims);
        await vi.waitFor(async () => expect(await ask(claims), name).toEqual(expected && expect.objectContaining(expected)), COMES);
      }
    } finally {
      child.stdin.end();
      child.kill();
    }
  });

  test("costs a request no query as long as nothing changes", async () => {
    const { claims } = await someone();
    const changed = await someone();
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [changed.id]);
    await arrives(changed.claims, { role: "ADMIN" });
    const query = vi.spyOn(pg.Client.prototype, "query");
    const asked = () => query.mock.calls.map(([text]) => JSON.stringify(text)).filter((text) => !text.includes("pg_snapshot_xmin"));
    try {
      for (let index = 0; index < 1_000; index++) for (const one of [claims, changed.claims]) expect(await standingOf(one)).not.toBeNull();
      expect(asked()).toEqual([]);
      await db().user.count();
      expect(asked()).not.toEqual([]);
    } finally {
      query.mockRestore();
    }
  });

  test("is known to whoever changed it as soon as the change returns", async () => {
    const [boss, member] = [await signedIn(await admin()), await someone()];
    for (const role of ["ADMIN", "MEMBER", "ADMIN"] as const) {
      await boss.run(() => changeRole({ userId: member.id, role }));
      expect((await standingOf(member.claims))?.role).toBe(role);
    }
  });

  test("tells nobody when it is rolled back", async () => {
    const [one, other] = [await someone(), await someone()];
    const client = await hand.connect();
    await client.query("BEGIN");
    await client.query(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [one.id]);
    await client.query(`UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1`, [one.claims.sid]);
    await client.query("ROLLBACK");
    client.release();
    // Notifications come in order: once this later one is here, the other would be.
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [other.id]);
    await arrives(other.claims, { role: "ADMIN" });
    expect(await standingOf(one.claims)).toMatchObject({ role: "MEMBER", certain: true });
  });

  test("says nothing of what no session depends on", async () => {
    const { id } = await someone();
    const client = new pg.Client({ connectionString: direct.href });
    const heard: string[] = [];
    client.on("notification", ({ payload }) => heard.push(payload ?? ""));
    await client.connect();
    await client.query("LISTEN foyer_freshness");
    await sql(`UPDATE "User" SET "lastSeenAt" = now(), "bio" = 'x', "city" = 'y', "theme" = 'dark', "updatedAt" = now() WHERE "id" = $1`, [
      id,
    ]);
    await sql(`UPDATE "User" SET "role" = "role", "name" = "name" WHERE "id" = $1`, [id]);
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [id]);
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0), COMES);
    await client.query("SELECT 1");
    await client.end();
    expect(heard.map((text) => JSON.parse(text)).map((message) => message.id)).toEqual([id]);
  });
});

describe("while the link is down", () => {
  /** The listener reads deletions last before it is linked again: held there, it has the rest of its snapshot already. */
  async function holdReconnect(): Promise<() => Promise<void>> {
    const client = await hand.connect();
    await client.query(`BEGIN; LOCK TABLE "Tombstone" IN ACCESS EXCLUSIVE MODE`);
    await killLink();
    await unlinked();
    await vi.waitFor(
      async () =>
        expect(
          await sql(
            `SELECT 1 FROM pg_stat_activity WHERE application_name = 'foyer_freshness' AND datname = current_database() AND wait_event_type = 'Lock'`,
          ),
        ).toHaveLength(1),
      COMES,
    );
    return async () => {
      await client.query("ROLLBACK");
      client.release();
    };
  }

  test("a change made meanwhile is true at the first check, and known afterwards", async () => {
    const people = await Promise.all(CHANGES.map(async ([, change, expected]) => ({ ...(await someone()), change, expected })));
    const release = await holdReconnect();
    try {
      for (const { change, claims, expected, ...who } of people.filter(({ change }) => change !== CHANGES.at(-1)?.[1])) {
        await change(who, claims);
        expect(isLinked()).toBe(false);
        expect(await standingOf(claims)).toEqual(expected && expect.objectContaining(expected));
      }
    } finally {
      await release();
    }
    await linked();
    const gone = people.at(-1);
    for (const { claims, expected } of people.slice(0, -1))
      expect(await standingOf(claims)).toEqual(expected && expect.objectContaining(expected));
    if (gone) await gone.change(gone, gone.claims);
    if (gone) await arrives(gone.claims, null);
  });

  test("whoever changed something sees it on the next page all the same", async () => {
    const [boss, member] = [await signedIn(await admin()), await someone()];
    const release = await holdReconnect();
    try {
      for (const role of ["ADMIN", "MEMBER", "ADMIN"] as const) {
        expect(await boss.run(() => changeRole({ userId: member.id, role }))).toMatchObject({ ok: true });
        expect(isLinked()).toBe(false);
        expect(await standingOf(member.claims)).toMatchObject({ role, certain: true });
      }
    } finally {
      await release();
    }
  });

  test("no check says what was true before as certain for more than a second", async () => {
    const { claims, id } = await someone();
    const release = await holdReconnect();
    try {
      expect(await standingOf(claims)).toMatchObject({ role: "MEMBER", certain: true });
      await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [id]);
      await sleep(1_100);
      expect(await standingOf(claims)).toMatchObject({ role: "ADMIN", certain: true });
      await sql(`UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1`, [claims.sid]);
      await sleep(1_100);
      expect(await standingOf(claims)).toBeNull();
    } finally {
      await release();
    }
    await linked();
    expect(await standingOf(claims)).toBeNull();
  });

  test("a killed link comes back by itself, and what was changed the moment it died is known", async () => {
    const people = await Promise.all(CHANGES.map(async ([, change, expected]) => ({ ...(await someone()), change, expected })));
    await Promise.all([killLink(), ...people.map(({ change, claims, ...who }) => change(who, claims))]);
    await linked();
    for (const { claims, expected } of people) await arrives(claims, expected);
  });

  test("a transaction that began before the link broke and commits after it is back is not missed", async () => {
    const { claims, id } = await someone();
    const client = await hand.connect();
    await client.query("BEGIN");
    await client.query(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [id]);
    // A later one is done first, and heartbeats go by, each of which could take everything before it for known.
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [(await someone()).id]);
    await sleep(3_500);
    await killLink();
    await unlinked();
    line.cut();
    await client.query("COMMIT");
    client.release();
    line.mend();
    await linked();
    expect(await standingOf(claims)).toMatchObject({ role: "ADMIN", certain: true });
  });

  test("a notification that overtakes the snapshot is not undone by it", async () => {
    const { claims, id } = await someone();
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [id]);
    await arrives(claims, { role: "ADMIN" });
    // The snapshot, read by now, says ADMIN; the notification that comes before it is used says MEMBER.
    const release = await holdReconnect();
    await sql(`UPDATE "User" SET "role" = 'MEMBER' WHERE "id" = $1`, [id]);
    await release();
    await linked();
    await settleFreshness();
    expect(await standingOf(claims)).toMatchObject({ role: "MEMBER", certain: true });
  });

  test("a line that is open but silent is noticed, and made anew", async () => {
    const { claims, id } = await someone();
    line.freeze();
    await unlinked();
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [id]);
    line.mend();
    await linked();
    await arrives(claims, { role: "ADMIN", certain: true });
  });
});

test("who is gone with every row of a session is out for good, in each of them", async () => {
  const who = await person();
  const both = [await newClaims(who), await newClaims(who)];
  await sql(`DELETE FROM "Session" WHERE "userId" = $1`, [who.id]);
  await sql(`UPDATE "User" SET "epoch" = "epoch" + 1 WHERE "id" = $1`, [who.id]);
  for (const claims of both) await arrives(claims, null);
  for (const claims of [...both, ...both]) expect(await standingOf(claims)).toBeNull();
});

test("a cookie that Auth.js writes again while nobody could be asked is no newer for it", async () => {
  const iat = Math.floor(Date.now() / 1000) - 100;
  const [ended, running] = [await signedIn(await person(), { iat }), await signedIn(await person(), { iat })];
  const written = async (window: typeof ended) => {
    expect((await window.fetch(handlers.GET, "/api/auth/session")).status).toBe(200);
    return decodeToken(window.cookies.get("authjs.session-token") ?? "", env().AUTH_SECRETS, "authjs.session-token");
  };
  await sql(`UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1`, [ended.claims.sid]);
  await arrives(ended.claims, null);
  // A while ago so much changed that what it was is forgotten; and just now a question was not answered in time.
  Object.assign(memory(), { people: new Map(), sessions: new Map(), floor: iat + 50, silentSince: Date.now() });
  expect(await written(ended)).toMatchObject({ iat });
  memory().silentSince = 0;
  expect(await ended.run(currentEntry)).toBeNull();
  // What is known now is as of now.
  expect((await written(running))?.iat).toBeGreaterThan(iat);
  memory().floor = 0;
});

test("an ended session of somebody known reads nothing while the database is asked in vain", async () => {
  const iat = Math.floor(Date.now() / 1000) - 100;
  const who = await person();
  const [one, other] = [await signedIn(who, { iat }), await signedIn(who, { iat })];
  await sql(`UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1`, [other.claims.sid]);
  await arrives(other.claims, null);
  Object.assign(memory(), { people: new Map(), sessions: new Map(), floor: iat + 50 });
  expect(await standingOf(one.claims)).not.toBeNull();
  memory().silentSince = Date.now();
  await expect(standingOf(other.claims)).rejects.toMatchObject({ code: "unavailable" });
  expect(await standingOf(one.claims)).not.toBeNull();
  Object.assign(memory(), { floor: 0, silentSince: 0 });
});

test("a session that is not there began in no browser", async () => {
  const { claims } = await someone();
  await sql(`DELETE FROM "Session" WHERE "id" = $1`, [claims.sid]);
  expect(await browserOf(claims)).not.toBeNull();
});

describe("while the database is down", () => {
  test("reads go on from memory, uncertain; changes are unavailable; nobody is signed out; and it mends by itself", async () => {
    const [member, boss] = [await someone(), await signedIn(await admin())];
    const ended = await someone();
    await sql(`UPDATE "User" SET "name" = 'Known Before' WHERE "id" = $1`, [member.id]);
    await sql(`UPDATE "Session" SET "endedAt" = now() WHERE "id" = $1`, [ended.claims.sid]);
    await arrives(member.claims, { name: "Known Before" });
    await arrives(ended.claims, null);
    expect(await browserOf(member.claims)).toBeNull();
    line.cut();
    await unlinked();
    expect(await standingOf(member.claims)).toMatchObject({ role: "MEMBER", name: "Known Before", certain: false });
    expect(await standingOf(ended.claims)).toBeNull();
    // A cookie of another role: known, but not now to be replaced.
    const older = encodeToken({ ...member.claims, role: "ADMIN", startedAs: "ADMIN" }, env().AUTH_SECRET, "authjs.session-token");
    expect(await renewAtNewRole({ cookie: `authjs.session-token=${older}` })).toBeNull();
    expect(await boss.run(currentEntry)).toMatchObject({ certain: false, actor: { role: "ADMIN" } });
    expect(await boss.run(() => changeRole({ userId: member.id, role: "ADMIN" }))).toMatchObject({
      ok: false,
      error: { code: "unavailable" },
    });
    const before = new Map(boss.cookies);
    const answer = await boss.fetch(handlers.GET, "/api/auth/session");
    expect([answer.status, (await answer.json()).user.id]).toEqual([200, boss.claims.sub]);
    expect([...boss.cookies.keys()]).toEqual(expect.arrayContaining([...before.keys()]));
    line.mend();
    await linked();
    expect(await boss.run(() => changeRole({ userId: member.id, role: "ADMIN" }))).toMatchObject({ ok: true });
    expect(await standingOf(member.claims)).toMatchObject({ role: "ADMIN", certain: true });
    const renewed = await renewAtNewRole({
      cookie: `authjs.session-token=${encodeToken(member.claims, env().AUTH_SECRET, "authjs.session-token")}`,
    });
    expect(renewed !== "unavailable" && renewed?.setCookie()).toContain("authjs.session-token=");
  });

  test("for longer than a minute, memory is not believed either: unavailable, and still no sign-out", async () => {
    const { claims } = await someone();
    const boss = await signedIn(await admin());
    line.cut();
    await unlinked();
    memory().lastHeard = Date.now() - 59_000;
    expect(await standingOf(claims)).toMatchObject({ certain: false });
    memory().lastHeard = Date.now() - 61_000;
    await expect(standingOf(claims)).rejects.toMatchObject({ code: "unavailable", retryAfter: 5 });
    expect(await boss.run(() => changeRole({ userId: claims.sub, role: "ADMIN" }))).toMatchObject({
      ok: false,
      error: { code: "unavailable" },
    });
    const answer = await boss.fetch(handlers.GET, "/api/auth/session");
    expect(answer.status).toBe(200);
    expect(boss.cookies.has("authjs.session-token")).toBe(true);
    line.mend();
    await linked();
    expect(await standingOf(claims)).toMatchObject({ certain: true });
  });
});

// Last in this file: from here on this process looks older tokens up once, where it did not have to before.
describe("what is more than can be remembered", () => {
  test("a change of a thousand people in one statement is true for everybody afterwards", async () => {
    const crowd = `crowd-${Date.now()}`;
    await sql(
      `INSERT INTO "User" ("id", "email", "name", "profileComplete", "updatedAt") SELECT gen_random_uuid(), $1 || n || '@example.org', $1, true, now() FROM generate_series(1, 1000) n`,
      [crowd],
    );
    const rows = await sql(
      `INSERT INTO "Session" ("id", "userId", "method", "expiresAt") SELECT gen_random_uuid(), "id", 'x', now() + interval '1 day' FROM "User" WHERE "name" = $1 RETURNING "id" AS sid, "userId" AS sub`,
      [crowd],
    );
    const { claims: base } = await someone();
    const all = rows.map(({ sid, sub }): Claims => ({ ...base, sid, sub }));
    for (const claims of all) expect((await standingOf(claims))?.role).toBe("MEMBER");
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "name" = $1`, [crowd]);
    await settleFreshness();
    for (let at = 0; at < all.length; at += 50) {
      const standings = await Promise.all(all.slice(at, at + 50).map((claims) => standingOf(claims)));
      expect(new Set(standings.map((standing) => `${standing?.role} ${standing?.certain}`))).toEqual(new Set(["ADMIN true"]));
    }
    // And from then on the next single change is heard as before.
    const first = all[0] ?? base;
    await sql(`UPDATE "User" SET "role" = 'MEMBER' WHERE "id" = $1`, [first.sub]);
    await arrives(first, { role: "MEMBER", certain: true });
  });

  test("a message in a form nobody knows does no harm", async () => {
    const { claims, id } = await someone();
    const strange = [
      `{"kind":"user","id":"${id}"}`,
      `{"kind":"user","id":"${id}","version":7}`,
      "garbage",
      "",
      "{}",
      "[]",
      "null",
      "7",
      '{"kind":"user"}',
      `{"kind":"user","id":"${id}"}`,
      `{"kind":"user","id":"${id}","version":null,"role":"ADMIN"}`,
      // Anybody who may connect to the database can send this: it is a reason to ask, never an answer.
      JSON.stringify({
        kind: "user",
        id,
        version: Number.MAX_SAFE_INTEGER,
        epoch: 0,
        role: "ADMIN",
        profileComplete: true,
        name: "x",
        email: "x@y.z",
        image: null,
      }),
      JSON.stringify({ kind: "session", id: claims.sid }),
      JSON.stringify({ kind: "deleted", id }),
      `{"kind":"session"}`,
      `{"kind":"deleted"}`,
      `{"kind":"promoted","id":"${id}"}`,
      "x".repeat(7_900),
    ];
    for (const message of strange) {
      await sql("SELECT pg_notify('foyer_freshness', $1)", [message]);
      await settleFreshness();
      // Twice: the second answer comes from memory.
      for (const _ of ["asked", "remembered"])
        expect(await standingOf(claims), message.slice(0, 80)).toMatchObject({
          role: "MEMBER",
          profileComplete: true,
          name: claims.name,
          certain: true,
        });
    }
    await sql(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [id]);
    await arrives(claims, { role: "ADMIN", certain: true });
  });

  test("is not guessed in an outage: who was not looked up since is told unavailable, not what the cookie says", async () => {
    const [known, unknown] = [await someone(), await someone()];
    await sql("SELECT pg_notify('foyer_freshness', $1)", ['{"kind":"many"}']);
    await settleFreshness();
    expect(await standingOf(known.claims)).toMatchObject({ certain: true });
    line.cut();
    await unlinked();
    await expect(standingOf(unknown.claims)).rejects.toMatchObject({ code: "unavailable" });
    await sleep(1_100);
    expect(await standingOf(known.claims)).toMatchObject({ role: "MEMBER", certain: false });
  });
});
