import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { currentEntry, deviceCookieName } from "@/access/entry";
import { signInWithEmail } from "@/features/accounts/actions";
import { endOtherDevices } from "@/features/devices/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { sessionCookieName } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken, encodeToken } from "@/lib/session-token";
import { seen, waiting } from "./support/locks";
import { PASSWORD, person } from "./support/people";
import { browser, newClaims, redirectOf } from "./support/request";
import { type Server, startServer } from "./support/server";

/*
 * Two processes of the production build on one database, because the cookie is renewed by the server around Next.
 */

const NAME = sessionCookieName(false);
const DEVICE = randomUUID();
/** What a browser brings beside its session. */
const DEVICE_COOKIE = deviceCookieName(false);
const BROWSER = `theme=dark; ${DEVICE_COOKIE}=${DEVICE}`;
/** A lock that stands while others do something may stand longer than a transaction of the product. */
const SLOW = { timeout: 30_000 };
let sites: Server[];
beforeAll(async () => {
  const { DATABASE_URL = "", AUTH_SECRET = "" } = process.env;
  const first = await startServer({ env: { DATABASE_URL, AUTH_SECRET } });
  sites = [first, await startServer({ env: { DATABASE_URL, AUTH_SECRET, FOYER_DATA: first.data } })];
}, 120_000);
afterAll(() => Promise.all(sites.map((site) => site.stop())));

type Role = "MEMBER" | "ADMIN";

/** What the cookie of a session says that began in this browser, or in one that was not noted. */
async function signedIn(who: { id: string }, deviceId: string | null = DEVICE): Promise<Claims> {
  const claims = await newClaims(who);
  await db().session.update({ where: { id: claims.sid }, data: { deviceId } });
  return claims;
}

/** Somebody whose role has changed since their browser got its cookie. */
async function changed(from: Role, to: Role, { deviceId, ...given }: Partial<Claims> & { deviceId?: null } = {}) {
  const who = await person({ role: from });
  const claims = { ...(await signedIn(who, deviceId)), ...given };
  const cookie = encodeToken(claims, env().AUTH_SECRET, NAME);
  // Of an answer that is no page, which costs the least; pages are asked for below.
  const seen = await Promise.all(sites.map((_, index) => ask("/api/me", cookie, index)));
  expect(seen.map(({ status, given }) => [status, given])).toEqual(sites.map(() => [200, null]));
  const others = await Promise.all(sites.map(async () => encodeToken(await signedIn(who), env().AUTH_SECRET, NAME)));
  await db().user.update({ where: { id: who.id }, data: { role: to } });
  // Both processes hear of it within milliseconds; each is asked by another device of theirs until it has.
  for (const [site, other] of others.entries()) while ((await ask("/api/me", other, site)).given === null);
  return { who, claims, cookie };
}

/** What a browser with this cookie is answered, and the session cookie it is given. */
async function ask(path: string, cookie: string, site = 0, init: RequestInit = {}) {
  const headers = { cookie: `${BROWSER}; ${NAME}=${cookie}`, ...init.headers };
  const answer = await fetch(`${sites[site]?.url}${path}`, { redirect: "manual", ...init, headers });
  const line = answer.headers.getSetCookie().find((set) => set.startsWith(`${NAME}=`));
  await answer.arrayBuffer();
  const given = line === undefined ? null : line.slice(NAME.length + 1, line.indexOf(";"));
  return { status: answer.status, to: answer.headers.get("location"), line, given, cache: answer.headers.get("cache-control") };
}

/** The same by an address and a head that fetch would tidy. */
async function raw(path: string, cookie: string): Promise<{ status: number | undefined; given: boolean }> {
  const asked = get({ host: "localhost", port: new URL(sites[0]?.url ?? "").port, path, headers: { cookie: `${BROWSER}; ${cookie}` } });
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return { status: answer.statusCode, given: answer.headers["set-cookie"]?.some((line) => line.startsWith(`${NAME}=`)) ?? false };
}

/** A change that has sent its head and the first byte of its body: `finish` sends the rest. */
async function begun(cookie: string) {
  const { origin, port } = new URL(sites[0]?.url ?? "");
  const body = JSON.stringify({ unsafeMetadata: { late: true } });
  const headers = { cookie, origin, "content-type": "application/json", "content-length": body.length };
  const asked = request({ host: "localhost", port, path: "/api/me", method: "PATCH", headers });
  asked.write(body.slice(0, 1));
  // The head of one that comes later is read later.
  for (let turn = 0; turn < 20; turn++) await fetch(`${origin}/api/health`).then((answer) => answer.text());
  return async () => {
    asked.end(body.slice(1));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    return { status: answer.statusCode, given: answer.headers["set-cookie"]?.some((line) => line.startsWith(`${NAME}=`)) ?? false };
  };
}

async function csrfOf(): Promise<{ csrf: string; csrfToken: string }> {
  const page = await fetch(`${sites[0]?.url}/api/auth/csrf`);
  const [csrf = ""] = page.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  return { csrf, csrfToken: (await page.json()).csrfToken };
}

/** Comes with the new cookie, and waits until that has ended the session of before in both processes. */
async function follow(cookie: string, given: string | null): Promise<void> {
  expect((await ask("/api/me", given ?? "")).status).toBe(200);
  for (const [site] of sites.entries())
    await expect.poll(async () => (await ask("/api/me", cookie, site)).status, { timeout: 5_000 }).toBe(401);
}

/** As if nothing that was sent before could arrive any more. */
async function later(sid: string): Promise<void> {
  await db().$executeRaw`UPDATE "Session" SET "endedAt" = "endedAt" - interval '61 seconds' WHERE "id" = ${sid}::uuid`;
}

/** Cuts off who waits for a lock to end a session that another took the place of; says how many. */
async function cutEnds(): Promise<number> {
  // Not in a transaction: there what it shows stays what it was at first.
  const cut = await db().$queryRaw<unknown[]>`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ 'SET "endedAt" = .* AND "successorId" = '`;
  return cut.length;
}

const sidOf = (cookie: string | null) => asClaims(decodeToken(cookie ?? "", env().AUTH_SECRETS, NAME))?.sid;

describe("after a change of role the session goes on under another id", () => {
  test.each([
    ["MEMBER", "ADMIN", 200, null],
    ["ADMIN", "MEMBER", 307, "/forbidden"],
  ] as const)(
    "a %s who is now %s has the new role at the next request, in a new cookie; a copy of the old one is worthless",
    async (from, to, status, location) => {
      const { claims, cookie } = await changed(from, to);
      const own = await ask("/admin/users", cookie);
      expect([own.status, own.to]).toEqual([status, location]);
      expect(own.cache).toBe("private, no-store");
      const given = own.given ?? "";
      expect(asClaims(decodeToken(given, env().AUTH_SECRETS, NAME))).toMatchObject({
        role: to,
        sub: claims.sub,
        end: claims.end,
        began: claims.began,
      });
      for (const [site] of sites.entries()) expect((await ask("/admin/users", given, site)).status).toBe(status);
      await follow(cookie, given);
      for (const [site] of sites.entries()) {
        expect(await ask("/members", cookie, site)).toMatchObject({ status: 307, to: expect.stringMatching(/^\/login\?/), given: null });
        expect((await ask("/api/files", cookie, site)).status).toBe(401);
      }
    },
  );

  test.each([
    ["the cookie alone", {}],
    ["with another browser's", { [DEVICE_COOKIE]: randomUUID() }],
    ["with what is none", { [DEVICE_COOKIE]: "'" }],
  ])("a copy of its cookie is worthless at once, also before its browser comes, which it harms in nothing: %s", async (_, others) => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const head = Object.entries({ ...others, [NAME]: cookie }).map((pair) => pair.join("="));
    const init = { headers: { cookie: head.join("; ") } };
    const refused = async () => {
      for (const [site] of sites.entries()) {
        expect(await ask("/admin/users", cookie, site, init)).toMatchObject({
          status: 307,
          to: expect.stringMatching(/^\/login\?/),
          given: null,
        });
        expect((await ask("/api/files", cookie, site, init)).status).toBe(401);
        // Auth.js takes the cookie of a session away that has ended.
        expect([null, ""]).toContain((await ask("/api/auth/session", cookie, site, init)).given);
      }
    };
    await refused();
    // Also of those that come at the same moment as the browser's own.
    const together = await Promise.all(
      Array.from({ length: 40 }, (_, index) => ask("/api/files", cookie, index % 2, index % 4 < 2 ? init : {})),
    );
    expect(together.map(({ status }) => status)).toEqual(together.map((_, index) => (index % 4 < 2 ? 401 : 200)));
    await refused();
    const given = together.find(({ given }) => given !== null)?.given ?? "";
    await follow(cookie, given);
    await later(claims.sid);
    await refused();
    expect((await ask("/admin/users", given)).status).toBe(200);
    expect(await db().auditEvent.count({ where: { action: "session.copied", actorId: claims.sub } })).toBe(0);
  });

  test("nor does any number of them get in, with as many browsers made up, nor while the database answers nobody", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const copies = () =>
      Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          ask("/api/me", cookie, index % 2, { headers: { cookie: `${DEVICE_COOKIE}=${randomUUID()}; ${NAME}=${cookie}` } }),
        ),
      );
    for (const { status } of await copies()) expect([401, 503]).toContain(status);
    await db().$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "Session", "User" IN ACCESS EXCLUSIVE MODE`;
      for (const { status } of await copies()) expect([401, 503]).toContain(status);
    }, SLOW);
    expect((await ask("/admin/users", cookie)).status).toBe(200);
  });

  test("of a session whose browser was not noted the first who comes is taken for it", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN", { deviceId: null });
    expect(await ask("/admin/users", cookie, 0, { headers: { cookie: `${NAME}=${cookie}` } })).toMatchObject({
      status: 200,
      given: expect.any(String),
    });
  });

  test("it is the same device, with the same proofs and the same end", async () => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const before = await db().session.findUniqueOrThrow({ where: { id: claims.sid } });
    const { given } = await ask("/admin/users", cookie);
    await ask("/members", given ?? "");
    const after = await db().session.findUniqueOrThrow({ where: { id: sidOf(given) ?? "" } });
    expect(after).toEqual({ ...before, id: after.id, changedXid: after.changedXid });
  });

  test("requests under way at once, at two processes, are all answered and bring one and the same cookie, before and while it is begun with", async () => {
    const { who, claims, cookie } = await changed("MEMBER", "ADMIN");
    const many = (cookies: string[]) =>
      Promise.all(
        Array.from({ length: 60 }, (_, index) => ask("/api/files", cookies[(index % 3) % cookies.length] ?? "", index % sites.length)),
      );
    const answers = await many([cookie]);
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
    const [brought, ...others] = new Set(answers.map(({ given }) => sidOf(given)));
    expect(others).toEqual([]);
    const given = answers[0]?.given ?? "";
    expect([...new Set((await many([cookie, given])).map(({ status }) => status))]).toEqual([200]);
    expect((await db().session.findUniqueOrThrow({ where: { id: claims.sid } })).successorId).toBe(brought);
    await follow(cookie, given);
    // The two devices that asked first are others.
    expect(await db().session.count({ where: { userId: who.id, endedAt: null } })).toBe(1 + sites.length);
  });

  test("answers that are lost lose nothing: the old cookie counts until the browser has come with the new one", async () => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const { port } = new URL(sites[0]?.url ?? "");
    for (let ms = 0; ms < 12; ms++) {
      const left = get({ host: "localhost", port, path: "/members", headers: { cookie: `${BROWSER}; ${NAME}=${cookie}` } });
      left.on("error", () => undefined);
      await new Promise((done) => setTimeout(done, ms));
      left.destroy();
    }
    for (const [site] of sites.entries())
      expect(await ask("/members", cookie, site)).toMatchObject({ status: 200, given: expect.any(String) });
    expect(await db().session.findUniqueOrThrow({ where: { id: claims.sid } })).toMatchObject({ endedAt: null, successorId: null });
    const { given } = await ask("/members", cookie);
    await follow(cookie, given);
    expect((await ask("/admin/users", given ?? "")).status).toBe(200);
  });

  test("a new cookie that comes after its browser has signed out is worthless", async () => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    await db().session.update({ where: { id: claims.sid }, data: { endedAt: new Date() } });
    for (const [site] of sites.entries()) expect((await ask("/api/me", given ?? "", site)).status).toBe(401);
    expect(await db().session.count({ where: { id: sidOf(given) ?? "" } })).toBe(0);
  });

  test("a process that ends between the two sessions leaves the end of the first to the next that meets the second", async () => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    expect((await ask("/api/me", given ?? "")).status).toBe(200);
    await expect.poll(async () => (await db().session.findUniqueOrThrow({ where: { id: claims.sid } })).endedAt).not.toBeNull();
    await db().session.update({ where: { id: claims.sid }, data: { endedAt: null } });
    expect((await ask("/api/me", given ?? "", 1)).status).toBe(200);
    await expect.poll(async () => (await db().session.findUniqueOrThrow({ where: { id: claims.sid } })).endedAt).not.toBeNull();
  });

  test("a process that has just started takes nobody's new cookie for an old one, before it hears of anything", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    await follow(cookie, given);
    await sites[1]?.restart();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask("/members", given ?? "", 1)));
    for (const { status } of answers) expect([200, 503]).toContain(status);
    expect((await ask("/admin/users", given ?? "", 1)).status).toBe(200);
  });

  test("whose sessions are gone is nobody, in a process too that met them while they were there", async () => {
    const { who, cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    await follow(cookie, given);
    await sites[1]?.restart();
    // Long enough to have read what has ended.
    await sleep(500);
    await db().session.deleteMany({ where: { userId: who.id } });
    expect((await ask("/api/me", given ?? "", 1)).status).toBe(401);
    expect((await ask("/login", given ?? "", 1)).status).toBe(200);
  });

  test("a database that stands still for two seconds signs nobody out whose new cookie this process has not met, and lets nobody in again", async () => {
    const [{ cookie }, left] = [await changed("MEMBER", "ADMIN"), await changed("MEMBER", "ADMIN")];
    const { given } = await ask("/members", cookie);
    await follow(cookie, given);
    const unused = (await ask("/members", left.cookie)).given ?? "";
    await db().session.update({ where: { id: left.claims.sid }, data: { endedAt: new Date() } });
    for (const [site] of sites.entries()) await expect.poll(async () => (await ask("/api/me", left.cookie, site)).status).toBe(401);
    await sites[1]?.restart();
    await db().$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "Session" IN ACCESS EXCLUSIVE MODE`;
      const asked = Promise.all(["/members", "/api/me", "/api/auth/session"].map((path) => ask(path, given ?? "", 1)));
      const unusable = Promise.all([ask("/api/me", unused, 0), ask("/api/me", unused, 1)]);
      const former = ask("/api/auth/session", cookie);
      await new Promise((done) => setTimeout(done, 2_200));
      for (const { status, given } of await asked) expect([status, given]).toEqual([503, null]);
      for (const { status } of await unusable) expect(status).toBe(503);
      expect(await former).toMatchObject({ status: 503, line: undefined });
    }, SLOW);
    // As after any outage: at work again within two seconds.
    await expect.poll(async () => (await ask("/admin/users", given ?? "", 1)).status, { timeout: 3_000 }).toBe(200);
    await expect.poll(async () => (await ask("/api/me", unused, 1)).status, { timeout: 3_000 }).toBe(401);
  });

  test("the door asks the same once more, whatever the server has let in", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const [copy, own] = [browser({ cookies: { [NAME]: cookie } }), browser({ cookies: { [NAME]: cookie, [DEVICE_COOKIE]: DEVICE } })];
    await expect.poll(async () => (await own.run(currentEntry))?.actor.role).toBe("ADMIN");
    expect(await copy.run(currentEntry)).toBeNull();
  });

  test("what a copy began to send before the change is a change no more when its end comes", async () => {
    const who = await person();
    const cookie = encodeToken(await signedIn(who), env().AUTH_SECRET, NAME);
    const other = encodeToken(await signedIn(who), env().AUTH_SECRET, NAME);
    const finish = await begun(`${NAME}=${cookie}`);
    await db().user.update({ where: { id: who.id }, data: { role: "ADMIN" } });
    await expect.poll(async () => (await ask("/api/me", other)).given).not.toBeNull();
    expect(await finish()).toEqual({ status: 409, given: false });
    expect((await db().user.findUniqueOrThrow({ where: { id: who.id } })).unsafeMetadata).toEqual({});
  });

  test("an answer that comes late brings no cookie of a line that has ended meanwhile", async () => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const finish = await begun(`${BROWSER}; ${NAME}=${cookie}`);
    await db().session.update({ where: { id: claims.sid }, data: { endedAt: new Date() } });
    // Long enough to be heard of; nobody asks about it, as where somebody has signed in anew.
    await sleep(500);
    expect((await finish()).given).toBe(false);
  });

  test("from its first answer on, a process that starts takes no copy, and its owner's new cookie for what it is", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    // What a process can judge a cookie by at the moment from which it may be asked: later it is the same for whoever comes.
    const watched = `data:text/javascript,${encodeURIComponent(`
      import { Server } from "node:net";
      const { listen } = Server.prototype;
      Server.prototype.listen = function (...given) {
        console.log("listens with " + typeof globalThis.foyerRenewal);
        return listen.apply(this, given);
      };`)}`;
    const { DATABASE_URL = "", AUTH_SECRET = "" } = process.env;
    const site = await startServer({
      env: { DATABASE_URL, AUTH_SECRET, FOYER_DATA: sites[0]?.data ?? "", NODE_OPTIONS: `--import=${watched}` },
    });
    sites.push(site);
    try {
      expect(site.log().match(/listens with .*/g)).toEqual(["listens with function"]);
      expect((await ask("/api/me", "", 2, { headers: { cookie: `${NAME}=${cookie}` } })).status).toBe(401);
      expect((await ask("/api/me", given ?? "", 2)).status).toBe(200);
    } finally {
      sites.pop();
      await site.stop();
    }
  });

  test("a database that answers again is asked again, however many ask meanwhile", async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const who = await person();
        return { id: who.id, cookie: encodeToken(await signedIn(who), env().AUTH_SECRET, NAME) };
      }),
    );
    await Promise.all(all.map(({ cookie }) => ask("/api/me", cookie)));
    const statuses: { at: number; status: number }[] = [];
    let isOver = false;
    const asking = all.map(async ({ cookie }, index) => {
      await sleep(index * 8);
      for (; !isOver; await sleep(250 + 2 * index)) statuses.push({ at: Date.now(), status: (await ask("/api/me", cookie)).status });
    });
    await db().$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "Session" IN ACCESS EXCLUSIVE MODE`;
      await db().user.updateMany({ where: { id: { in: all.map(({ id }) => id) } }, data: { role: "ADMIN" } });
      await sleep(2_500);
      await tx.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    }, SLOW);
    const freed = Date.now();
    await sleep(5_500);
    isOver = true;
    await Promise.all(asking);
    expect(statuses.some(({ status }) => status === 503)).toBe(true);
    expect(statuses.filter(({ at, status }) => at > freed + 3_000 && status !== 200)).toEqual([]);
  });

  test("a copy that has ended, brought to somebody's own sign-in, ends nothing of its owner's", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    await follow(cookie, given);
    const other = await person();
    const window = browser({ cookies: { [NAME]: cookie } });
    await redirectOf(window.run(() => signInWithEmail({ email: other.email, password: PASSWORD })));
    expect(await db().session.count({ where: { userId: other.id, endedAt: null } })).toBe(1);
    for (const [site] of sites.entries()) expect((await ask("/api/me", given ?? "", site)).status).toBe(200);
  });

  test("a sign-out ends every session of the line, also one whose end was lost", async () => {
    const { who, claims, cookie } = await changed("MEMBER", "ADMIN");
    const second = (await ask("/members", cookie)).given;
    await follow(cookie, second);
    await db().user.update({ where: { id: who.id }, data: { role: "MEMBER" } });
    let third: string | null = null;
    await expect.poll(async () => (third = (await ask("/members", second ?? "")).given)).not.toBeNull();
    await follow(second ?? "", third);
    await db().session.update({ where: { id: claims.sid }, data: { endedAt: null } });
    const { csrf, csrfToken } = await csrfOf();
    const headers = { cookie: `${BROWSER}; ${csrf}; ${NAME}=${third}` };
    await ask("/api/auth/signout", "", 0, { method: "POST", headers, body: new URLSearchParams({ csrfToken }) });
    expect(await db().session.count({ where: { userId: who.id, endedAt: null } })).toBe(sites.length);
  });

  test("a sign-out whose end cannot be written says so, and leaves the cookie", async () => {
    const who = await person();
    const cookie = encodeToken(await signedIn(who), env().AUTH_SECRET, NAME);
    const { csrf, csrfToken } = await csrfOf();
    const headers = { cookie: `${BROWSER}; ${csrf}; ${NAME}=${cookie}` };
    const out = () => ask("/api/auth/signout", "", 0, { method: "POST", headers, body: new URLSearchParams({ csrfToken }) });
    await db().$executeRaw`ALTER TABLE "Session" RENAME TO "SessionAway"`;
    try {
      expect(await out()).toMatchObject({ status: expect.toSatisfy((status: number) => status >= 500), line: undefined });
    } finally {
      await db().$executeRaw`ALTER TABLE "SessionAway" RENAME TO "Session"`;
    }
    expect((await ask("/api/me", cookie)).status).toBe(200);
    // Of several at once one ends it, and none fails.
    expect((await Promise.all([out(), out(), out()])).map(({ given }) => given)).toEqual(["", "", ""]);
    expect((await ask("/api/me", cookie)).status).toBe(401);
  });

  test("who signs out with the old cookie, just after the new one has begun, is signed out of both", async () => {
    const { who, cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    const { csrf, csrfToken } = await csrfOf();
    const headers = { cookie: `${BROWSER}; ${csrf}; ${NAME}=${cookie}` };
    await ask("/members", given ?? "");
    await ask("/api/auth/signout", cookie, 0, { method: "POST", headers, body: new URLSearchParams({ csrfToken }) });
    for (const one of [cookie, given ?? ""]) expect((await ask("/api/me", one)).status).toBe(401);
    expect(await db().session.count({ where: { userId: who.id, endedAt: null } })).toBe(sites.length);
  });

  test("a new cookie that another browser brings first is nobody's, and its own browser begins with it all the same", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    for (const [site] of sites.entries())
      expect((await ask("/api/me", given ?? "", site, { headers: { cookie: `${NAME}=${given}` } })).status).toBe(401);
    for (const [site] of sites.entries()) expect((await ask("/api/me", given ?? "", site)).status).toBe(200);
  });

  test("the end of a session that could not be written is written later", async () => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    expect((await ask("/api/me", given ?? "")).status).toBe(200);
    await db().$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "Session" IN ACCESS EXCLUSIVE MODE`;
      await expect.poll(cutEnds, { timeout: 5_000 }).toBe(1);
    }, SLOW);
    await expect
      .poll(async () => (await db().session.findUniqueOrThrow({ where: { id: claims.sid } })).endedAt, { timeout: 5_000 })
      .not.toBeNull();
  });

  test("a copy of both cookies that comes later ends the session of whichever of the two came first, and it is remembered", async () => {
    const { who, claims, cookie } = await changed("MEMBER", "ADMIN");
    const thief = await ask("/admin/users", cookie);
    await follow(cookie, thief.given);
    // What may have been sent before only ends at the door.
    expect((await ask("/admin/users", thief.given ?? "")).status).toBe(200);
    await later(claims.sid);
    expect((await ask("/members", cookie, 1)).to).toMatch(/^\/login\?/);
    expect((await ask("/admin/users", thief.given ?? "")).to).toMatch(/^\/login\?/);
    const remembered = { action: "session.copied", actorId: who.id, subjectId: sidOf(thief.given) };
    expect(await db().auditEvent.count({ where: remembered })).toBe(1);
  });

  test("also after another change of role, whichever it is", async () => {
    const { who, claims, cookie } = await changed("MEMBER", "ADMIN");
    const first = await ask("/members", cookie);
    await follow(cookie, first.given);
    await db().user.update({ where: { id: who.id }, data: { role: "MEMBER" } });
    let second = await ask("/members", first.given ?? "");
    while (second.given === null) second = await ask("/members", first.given ?? "");
    await follow(first.given ?? "", second.given);
    await later(claims.sid);
    // In the role of its cookie again.
    expect((await ask("/members", cookie)).to).toMatch(/^\/login\?/);
    expect((await ask("/members", second.given ?? "")).to).toMatch(/^\/login\?/);
    expect(await db().auditEvent.count({ where: { action: "session.copied", subjectId: sidOf(second.given) } })).toBe(1);
  });

  test("Auth.js does not make the old cookie anew: the new one comes in its place", async () => {
    const { claims, cookie } = await changed("MEMBER", "ADMIN");
    const { given } = await ask("/members", cookie);
    for (const path of ["/api/auth/session", "/api/files"]) {
      const answer = await ask(path, cookie);
      expect([answer.status, answer.cache, sidOf(answer.given)]).toEqual([200, "private, no-store", sidOf(given)]);
    }
    expect(sidOf(given)).not.toBe(claims.sid);
    expect(sidOf((await ask("/api/auth/session", given ?? "")).given)).toBe(sidOf(given));
  });

  test("but who signs in meanwhile has the cookie of that", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    await ask("/members", cookie);
    const other = await person();
    const { csrf, csrfToken } = await csrfOf();
    const body = new URLSearchParams({ csrfToken, email: other.email, password: other.plainPassword ?? "" });
    const headers = { cookie: `${BROWSER}; ${csrf}; ${NAME}=${cookie}` };
    const { given } = await ask("/api/auth/callback/credentials", cookie, 0, { method: "POST", headers, body });
    expect((await (await fetch(`${sites[0]?.url}/api/me`, { headers: { cookie: `${NAME}=${given}` } })).json()).id).toBe(other.id);
  });

  test("whoever signs out all their other devices at that moment signs out this one too", async () => {
    const { who, cookie } = await changed("MEMBER", "ADMIN");
    const claims = await newClaims(who);
    const { given } = await ask("/members", cookie);
    const here = browser({ cookies: { [NAME]: encodeToken(claims, env().AUTH_SECRET, NAME) } });
    await seen(here, who);
    const [asked, ended] = await db().$transaction(async (tx) => {
      // The new session is there, and not yet committed, as long as nobody can write into the audit log.
      await tx.$executeRaw`LOCK TABLE "AuditEvent" IN EXCLUSIVE MODE`;
      const asked = ask("/members", given ?? "");
      await expect.poll(() => waiting(tx)).toBe(1);
      const ended = here.run(() => endOtherDevices({}));
      await expect.poll(() => waiting(tx)).toBe(2);
      return [asked, ended];
    });
    expect(await ended).toMatchObject({ ok: true });
    await asked;
    await new Promise((done) => setTimeout(done, 1_000));
    const running = await db().session.findMany({ where: { userId: who.id, endedAt: null }, select: { id: true } });
    expect(running).toEqual([{ id: claims.sid }]);
  });

  test("a stream that was asked for with the old cookie ends with it", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const stream = await fetch(`${sites[0]?.url}/api/jobs/events`, { headers: { cookie: `${BROWSER}; ${NAME}=${cookie}` } });
    expect(stream.status).toBe(200);
    const { given } = await ask("/members", cookie);
    await Promise.all([follow(cookie, given), stream.text().catch(() => undefined)]);
  });

  test("a member's session that is too old for an admin's is not made anew", async () => {
    const { who, cookie } = await changed("MEMBER", "ADMIN", { began: Math.floor(Date.now() / 1000) - 25 * 3600 });
    expect(await ask("/members", cookie)).toMatchObject({ status: 307, given: null });
    expect(await db().session.count({ where: { userId: who.id } })).toBe(1 + sites.length);
  });

  test("over https it is the cookie of that name, and Secure", async () => {
    const { claims } = await changed("MEMBER", "ADMIN");
    const name = sessionCookieName(true);
    const come = (browser: string) => {
      const headers = { cookie: `${browser}; ${name}=${encodeToken(claims, env().AUTH_SECRET, name)}`, "x-forwarded-proto": "https" };
      return fetch(`${sites[0]?.url}/members`, { redirect: "manual", headers });
    };
    // The name that a neighbouring host may set says nothing here.
    expect((await come(BROWSER)).status).toBe(307);
    const answer = await come(`${deviceCookieName(true)}=${DEVICE}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Secure-authjs\.session-token=[^;]+;.* Secure;/)]);
  });

  test.each([
    ["its dots escaped", (cookie: string) => `${NAME}=${cookie.replaceAll(".", "%2E")}`],
    ["a broken one of its name behind", (cookie: string) => `${NAME}=${cookie}; ${NAME}=%`],
    ["one of nearly its name behind", (cookie: string) => `${NAME}=${cookie}; ${NAME} =junk`],
    ["one of its name before", (cookie: string) => `${NAME}=junk; ${NAME}=${cookie}`],
    ["in two pieces", (cookie: string) => `${NAME}.0=${cookie.slice(0, 99)}; ${NAME}.1=${cookie.slice(99)}`],
  ])("however it is spelled, the server and Next read the same cookie: %s", async (_, spelled) => {
    for (const path of ["/_next/../api/me", "/_next/static/../../api/me", "/_next/static/%2e%2e/%2e%2e/api/me", "/api/me"]) {
      const { cookie } = await changed("MEMBER", "ADMIN");
      const { status, given } = await raw(path, spelled(cookie));
      expect(status !== 200 || given, `${path} ${status}`).toBe(true);
    }
  });

  test.each([`${NAME}X=junk`, `${NAME}.0=junk`, `__Secure-${NAME}=junk`])(
    "signing out ends the session that is signed in, whatever else comes with it: %s",
    async (other) => {
      const who = await person();
      const cookie = encodeToken(await newClaims(who), env().AUTH_SECRET, NAME);
      const { csrf, csrfToken } = await csrfOf();
      const headers = { cookie: `${csrf}; ${other}; ${NAME}=${cookie}` };
      await ask("/api/auth/signout", cookie, 0, { method: "POST", headers, body: new URLSearchParams({ csrfToken }) });
      expect((await ask("/api/me", cookie)).status).toBe(401);
    },
  );

  test("a page to come back to that is no address is left out: Auth.js would answer everything with an error", async () => {
    for (const planted of ["x", "%", "%zz", "javascript:alert(1)", "http://[", '"x"']) {
      const headers = { cookie: `authjs.callback-url=${planted}; theme=dark` };
      expect((await ask("/api/auth/session", "", 0, { headers })).status, planted).toBe(200);
    }
  });

  test("signing out with the old cookie signs out, and leaves none behind", async () => {
    const { who, cookie } = await changed("MEMBER", "ADMIN");
    const { csrf, csrfToken } = await csrfOf();
    const headers = { cookie: `${BROWSER}; ${csrf}; ${NAME}=${cookie}` };
    const out = await ask("/api/auth/signout", cookie, 0, { method: "POST", headers, body: new URLSearchParams({ csrfToken }) });
    expect(out.given).toBe("");
    expect(await db().session.count({ where: { userId: who.id, endedAt: null } })).toBe(sites.length);
  });

  test("what anybody may keep is nobody's once it brings a cookie", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const icon = await ask("/icon.svg", cookie);
    expect([icon.status, icon.cache]).toEqual([200, "private, no-store"]);
  });

  test("its cookie has the attributes of Auth.js's own", async () => {
    const { cookie } = await changed("MEMBER", "ADMIN");
    const { line = "", given } = await ask("/members", cookie);
    const answer = await ask("/api/auth/session", given ?? "");
    const attributes = (set: string) =>
      set
        .split("; ")
        .slice(1)
        .map((attribute) => attribute.replace(/^Expires=.*/, "Expires"))
        .sort();
    expect(attributes(line)).toEqual(attributes(answer.line ?? ""));
  });
});
