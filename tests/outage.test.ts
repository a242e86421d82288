import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { sessionCookieName } from "@/lib/session-cookie";
import { encodeToken } from "@/lib/session-token";
import { file, person } from "./support/people";
import { startOwnPostgres } from "./support/postgres";
import { newClaims } from "./support/request";
import { type Server, startServer } from "./support/server";

/*
 * The site in a process of its own, and a PostgreSQL that is taken from it while members go on asking. Everything a browser
 * would notice is kept: each status, each cookie, each redirect.
 */

/** A page is served this soon after the database is back, and a change no longer after that: on a quiet machine both take about one second. */
const RECOVERY_MS = 2_000;
const COMES = { timeout: 30_000, interval: 50 };
const COOKIE = sessionCookieName(false);
const PEOPLE = ["MEMBER", "MEMBER", "MEMBER", "MEMBER", "MEMBER", "ADMIN"] as const;
const MEMBERS = PEOPLE.length;
/** More than anybody deletes in either test. */
const FILES = 400;
/** Between two requests of one tab: 18 tabs ask 18 times a second. */
const PAUSE_MS = 1_000;
const PAGES = ["/members", "/files", "/settings/profile", "/settings/security", "/forbidden"];

interface Seen {
  at: number;
  ended: number;
  what: string;
  /** The file that was to be deleted. */
  subject: string;
  status: number;
  retryAfter: string | null;
  location: string;
  /** The session's cookie was written: renewed, or cleared. */
  cookies: string[];
}
/** `files`: of those that were not yet asked to be deleted. */
type Member = { cookie: string; fileId: string; files: string[] };

const postgres = await startOwnPostgres();
// What this process makes, it makes in the database of the site.
process.env.DATABASE_URL = postgres.url;
let site: Server;
let members: Member[];

beforeAll(async () => {
  const { FOYER_DATA = "", AUTH_SECRET = "" } = process.env;
  site = await startServer({ env: { DATABASE_URL: postgres.url, FOYER_DATA, AUTH_SECRET } });
  // A busy machine takes its time to the first query; what is looked at here begins after that.
  while ((await fetch(`${site.url}/api/ready`)).status !== 200) await sleep(100);
  members = await Promise.all(
    PEOPLE.map(async (role) => {
      const who = await person({ role });
      const { id } = await file(who);
      const cookie = `${COOKIE}=${encodeToken(await newClaims(who), env().AUTH_SECRET, COOKIE)}`;
      return { cookie, fileId: id, files: await filesOf(who, FILES) };
    }),
  );
});
afterAll(async () => {
  await site.stop();
  await postgres.stop();
});

describe("while PostgreSQL is away, members who go on asking", () => {
  test("stopped for a minute: are not signed out, read or wait, change nothing by halves, and go on within seconds", async () => {
    await underLoad({
      take: () => postgres.stop(),
      ms: 60_000,
      giveBack: () => postgres.start(),
    });
  }, 240_000);

  test("frozen in the middle of everything: the same", async () => {
    await underLoad({
      take: async () => postgres.freeze(),
      // Longer than any query may take: those under way have to give up too.
      ms: 20_000,
      giveBack: async () => postgres.thaw(),
    });
  }, 180_000);
});

async function underLoad({ take, ms, giveBack }: { take: () => Promise<void>; ms: number; giveBack: () => Promise<void> }) {
  const seen: Seen[] = [];
  const toDelete = new Set(members.flatMap(({ files }) => files));
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const clients = Promise.all(members.map((member) => browse(member, seen, over.signal))).finally(() => over.abort());
  // Looked at below; when the test fails before, its reason is the one to be told.
  clients.catch(() => undefined);
  await expect.poll(() => seen.length, COMES).toBeGreaterThan(3 * MEMBERS);
  expect(
    about(seen, ({ what, status }) => (what === "DELETE" ? status !== 204 : status !== 200 && status !== 302)),
    "before",
  ).toEqual([]);
  await take();
  const gone = Date.now();
  await sleep(ms);
  await giveBack();
  const back = Date.now();
  // Each of them is served again, which memory allows at once, and may change things again, for which the database has to be
  // reached: it first works off what knocked meanwhile.
  const options = { timeout: RECOVERY_MS, interval: 50 };
  await Promise.all(
    members.map(async (member) => {
      await expect.poll(async () => (await ask(member, "/members")).status, options).toBe(200);
      await expect
        .poll(async () => {
          const changed = await change(member);
          seen.push(changed);
          return changed.status;
        }, options)
        .toBe(204);
    }),
  );
  const quiet = Date.now();
  await expect.poll(() => seen.filter(({ at }) => at > quiet).length, COMES).toBeGreaterThan(3 * MEMBERS);
  over.abort();
  await clients;

  const during = seen.filter(({ at, ended }) => at > gone && ended < back);
  expect(
    seen.flatMap(({ cookies }) => cookies).filter((cookie) => !new RegExp(`^${COOKIE}=e`).test(cookie)),
    "cookies cleared",
  ).toEqual([]);
  expect(
    about(seen, ({ location }) => location.includes("/login")),
    "redirects to /login",
  ).toEqual([]);
  const bugs = site
    .log()
    .split("\n")
    .filter((line) => /request failed|unexpected error/.test(line));
  expect(bugs, "outage taken for a bug").toEqual([]);
  expect(
    about(seen, ({ status }) => ![200, 204, 302, 404, 503].includes(status)),
    "wrong answers",
  ).toEqual([]);
  expect(
    about(seen, ({ status, retryAfter }) => status === 503 && !(Number(retryAfter) > 0)),
    "without Retry-After",
  ).toEqual([]);
  // A 404 would be an outage taken for a row that is not there.
  expect(
    about(seen, ({ status }) => status === 404),
    "outage taken for absence",
  ).toEqual([]);
  const changes = during.filter(({ what }) => what === "DELETE");
  expect(changes.length, "changes that were tried").toBeGreaterThan(MEMBERS);
  expect(
    about(seen, (one) => changes.includes(one) && one.status !== 503),
    "changes let through",
  ).toEqual([]);
  // Also of what was under way when it began: each is as its answer said, and stays so.
  const there = new Set((await db().file.findMany({ where: { status: "READY" }, select: { id: true } })).map(({ id }) => id));
  const asked = seen.filter(({ what, subject }) => what === "DELETE" && toDelete.has(subject));
  expect(
    asked.filter(({ status, subject }) => there.has(subject) !== (status === 503)),
    "told otherwise than it was done",
  ).toEqual([]);
  expect(during.filter(({ what, status }) => what === "/forbidden" && status === 200).length, "pages read from memory").toBeGreaterThan(0);
  expect(
    about(seen, ({ at, status }) => at > quiet && status === 503),
    "still away",
  ).toEqual([]);
}

/** Those answers, each kind once. */
function about(seen: Seen[], which: (one: Seen) => boolean): string[] {
  return [...new Set(seen.filter(which).map(({ what, status, location }) => `${what} ${status} ${location}`))];
}

/** One browser with three tabs, until it is told to stop: pages, a file, and a change. One that waits holds up no other. */
async function browse(member: Member, seen: Seen[], over: AbortSignal): Promise<void> {
  const tab = async (next: (step: number) => Promise<Seen>) => {
    for (let step = 0; !over.aborted; step++) {
      seen.push(await next(step));
      await sleep(PAUSE_MS);
    }
  };
  const page = (step: number) => PAGES[step % PAGES.length] ?? "";
  await Promise.all([
    tab((step) => ask(member, page(step))),
    tab(() => ask(member, `/api/files/${member.fileId}`)),
    tab(() => change(member)),
  ]);
}

function ask(member: Member, path: string): Promise<Seen> {
  return answered(path, path, { headers: { cookie: member.cookie, accept: "text/html" } });
}

/** Asks for one more file to be deleted. */
async function change({ cookie, files }: Member): Promise<Seen> {
  const id = files.pop() ?? "";
  const seen = await answered("DELETE", `/api/files/${id}`, { method: "DELETE", headers: { cookie, origin: site.url } });
  return { ...seen, subject: id };
}

async function filesOf({ id: ownerId }: { id: string }, count: number): Promise<string[]> {
  const given = {
    ownerId,
    name: "minutes.pdf",
    sizeBytes: 48_213n,
    contentType: "application/pdf",
    status: "READY",
    provider: "LOCAL",
  } as const;
  const data = Array.from({ length: count }, () => ({ ...given, id: randomUUID(), key: `${ownerId}/${randomUUID()}` }));
  await db().file.createMany({ data });
  return data.map(({ id }) => id);
}

async function answered(what: string, path: string, init: RequestInit): Promise<Seen> {
  const at = Date.now();
  const response = await fetch(`${site.url}${path}`, { ...init, redirect: "manual" });
  await response.arrayBuffer();
  const { status, headers } = response;
  const cookies = headers.getSetCookie().filter((cookie) => cookie.startsWith(`${COOKIE}`));
  const [retryAfter, location] = [headers.get("retry-after"), headers.get("location") ?? ""];
  return { at, ended: Date.now(), what, subject: "", status, retryAfter, location, cookies };
}
