import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PlainBrowser } from "./support/forms";
import { PASSWORD } from "./support/people";
import { type Server, startServer } from "./support/server";
import { type Smtp, startSmtp } from "./support/smtp";

/*
 * The whole way from the form of registration to the first page, in a process that is killed (kill -9) between every two
 * steps. A lock held by the test stops the process exactly there; what a person does then is what they would do: load again.
 *
 *   form → [kept, with its job] → [account, mail] → handed to the mail server → [noted] → button of the link →
 *   [confirmed, session] → profile → [saved]
 */

/** A dead worker's job is taken over within 20 s. */
const TAKEN_OVER = { timeout: 60_000, interval: 100 };
const SOON = { timeout: 30_000, interval: 50 };

let smtp: Smtp;
let site: Server;
let client: pg.Client;
let holder: pg.Client;
let count = 0;

beforeAll(async () => {
  smtp = await startSmtp();
  const { DATABASE_URL = "" } = process.env;
  site = await startServer({
    env: { DATABASE_URL, SMTP_URL: smtp.url, AUTH_URL: "http://localhost:3000", EMAIL_FROM: "foyer@example.org" },
  });
  [client, holder] = [new pg.Client(DATABASE_URL), new pg.Client(DATABASE_URL)];
  await Promise.all([client.connect(), holder.connect()]);
});
beforeEach(() => smtp.reset());
afterEach(async () => {
  await letGo();
});
afterAll(async () => {
  await Promise.all([client.end(), holder.end()]);
  await site.stop();
  await smtp.stop();
});

const rows = async (sql: string, ...values: unknown[]) => (await client.query(sql, values)).rows;
const number = async (sql: string, ...values: unknown[]) => Number((await rows(sql, ...values))[0]?.count);
const accounts = (email: string) =>
  number(`SELECT count(*) FROM "User" u JOIN "Password" p ON p."userId" = u."id" WHERE "email" = $1`, email);
const kept = (email: string) => number(`SELECT count(*) FROM "Token" WHERE "address" = $1 AND "userId" IS NULL`, email);
const jobs = () => number(`SELECT count(*) FROM graphile_worker.jobs`);

/** From now on nobody writes to this table; whoever tries waits. */
async function hold(table: string): Promise<void> {
  await holder.query("BEGIN");
  await holder.query(`LOCK TABLE "${table}" IN SHARE MODE`);
}
const letGo = () => holder.query("ROLLBACK");
/** Other files have databases of their own on the same server. */
const WAITING = `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
/** Until somebody waits for what is held. */
const waits = () => expect.poll(() => number(WAITING), SOON).toBeGreaterThan(0);
/** The process dies here and now; a new one begins, after what it held in the database has gone with it. */
async function crash(): Promise<void> {
  await site.stop("SIGKILL");
  await letGo();
  await site.restart();
  // What a busy machine cannot answer at once is "unavailable": that is another test's matter.
  await expect.poll(async () => (await fetch(`${site.url}/api/ready`)).status, TAKEN_OVER).toBe(200);
}

const newEmail = () => `crash.${count++}@example.org`;
const fill = (window: PlainBrowser, email: string) => window.submit("/register", { email, password: PASSWORD });
/** The path of the link in the one mail of this address. */
async function linkTo(email: string): Promise<string> {
  await expect.poll(() => smtp.to(email).length, TAKEN_OVER).toBeGreaterThan(0);
  const [mail] = smtp.to(email);
  const url = /http:\/\/localhost:3000(\/verify-email\?\S+)/.exec(mail?.text ?? "")?.[1];
  if (!url) throw new Error(`no link in ${mail?.text}`);
  return url;
}
const PROFILE = { name: "Nadia Brandt", city: "Gent", interests: "rowing, jazz", bio: "Early mornings." };

/** Goes on from where the person stands to the members' page, and looks that all of it is there once. */
async function arrives(window: PlainBrowser, email: string): Promise<void> {
  const { path, html } = await window.open("/members");
  expect(path).toBe("/members");
  expect(html).toContain("Nadia");
  expect(await accounts(email)).toBe(1);
  expect(await rows(`SELECT "profileComplete", "emailVerified" IS NOT NULL AS "verified" FROM "User" WHERE "email" = $1`, email)).toEqual([
    { profileComplete: true, verified: true },
  ]);
  const done = await rows(
    `SELECT "action", count(*)::int FROM "AuditEvent" WHERE "subjectId" = (SELECT "id"::text FROM "User" WHERE "email" = $1) GROUP BY 1`,
    email,
  );
  expect(Object.fromEntries(done.map(({ action, count }) => [action, count]))).toMatchObject({
    "user.registered": 1,
    "user.email_verified": 1,
    "user.profile_changed": 1,
  });
}

describe("sign-up, killed", () => {
  test("before the registration is kept: nothing is there, and the form works again", { timeout: 180_000 }, async () => {
    const [email, window] = [newEmail(), new PlainBrowser(site.url)];
    await hold("Token");
    const sent = fill(window, email).catch(() => "cut off");
    await waits();
    await crash();
    expect(await sent).toBe("cut off");
    expect([await kept(email), await accounts(email), await jobs()]).toEqual([0, 0, 0]);
    await wholeWay(window, email);
  });

  test("after it is kept, before there is an account: the next process makes it, once", { timeout: 180_000 }, async () => {
    const [email, window] = [newEmail(), new PlainBrowser(site.url)];
    await hold("User");
    expect((await fill(window, email)).location).toBe("/verify-email");
    await waits();
    expect([await kept(email), await accounts(email)]).toEqual([1, 0]);
    await crash();
    await confirm(window, await linkTo(email));
    expect(smtp.to(email)).toHaveLength(1);
    await complete(window);
    await arrives(window, email);
  });

  test("while the mail server has the mail and has not said so: it goes out again under the same Message-ID, and its link works", {
    timeout: 180_000,
  }, async () => {
    const [email, window] = [newEmail(), new PlainBrowser(site.url)];
    smtp.switches.hold = true;
    await fill(window, email);
    await expect.poll(() => smtp.to(email).length, SOON).toBe(1);
    await crash();
    smtp.switches.hold = false;
    await expect.poll(() => smtp.to(email).length, TAKEN_OVER).toBe(2);
    expect(new Set(smtp.to(email).map(({ messageId }) => messageId)).size).toBe(1);
    await confirm(window, await linkTo(email));
    await complete(window);
    await arrives(window, email);
  });

  test("after the mail is out, while that is being noted: it is not sent again", { timeout: 180_000 }, async () => {
    const [email, window] = [newEmail(), new PlainBrowser(site.url)];
    smtp.switches.hold = true;
    await fill(window, email);
    await expect.poll(() => smtp.to(email).length, SOON).toBe(1);
    await hold("Mail");
    smtp.switches.hold = false;
    smtp.release();
    await waits();
    await crash();
    // What the process had sent to PostgreSQL is done there without it; its job is found finished by whoever takes it over.
    await expect.poll(jobs, TAKEN_OVER).toBe(0);
    expect(smtp.to(email)).toHaveLength(1);
    await confirm(window, await linkTo(email));
    await complete(window);
    await arrives(window, email);
  });

  test("while the link is being used: it is as good as before", { timeout: 180_000 }, async () => {
    const [email, window] = [newEmail(), new PlainBrowser(site.url)];
    await fill(window, email);
    const link = await linkTo(email);
    await hold("User");
    const pressed = confirm(window, link).catch(() => "cut off");
    await waits();
    await crash();
    expect(await pressed).toBe("cut off");
    expect(await rows(`SELECT "emailVerified" FROM "User" WHERE "email" = $1`, email)).toEqual([{ emailVerified: null }]);
    await confirm(window, link);
    await complete(window);
    await arrives(window, email);
  });

  test("between the confirmation and the session: signing in goes on from there", { timeout: 180_000 }, async () => {
    const [email, window] = [newEmail(), new PlainBrowser(site.url)];
    await fill(window, email);
    const link = await linkTo(email);
    await hold("Session");
    const pressed = confirm(window, link).catch(() => "cut off");
    await waits();
    await crash();
    expect(await pressed).toBe("cut off");
    expect(await number(`SELECT count(*) FROM "User" WHERE "email" = $1 AND "emailVerified" IS NOT NULL`, email)).toBe(1);
    expect((await window.submit("/login", { email, password: PASSWORD })).status).toBe(303);
    await complete(window);
    await arrives(window, email);
  });

  test("after sign-in, and while the profile is saved: the session holds, and nothing is half-written", { timeout: 180_000 }, async () => {
    const [email, window] = [newEmail(), new PlainBrowser(site.url)];
    await fill(window, email);
    await confirm(window, await linkTo(email));
    await crash();
    expect((await window.open("/members")).path).toMatch(/^\/onboarding/);
    await hold("AuditEvent");
    const saved = complete(window).catch(() => "cut off");
    await waits();
    await crash();
    expect(await saved).toBe("cut off");
    expect(await rows(`SELECT "profileComplete", "name" FROM "User" WHERE "email" = $1`, email)).toEqual([
      { profileComplete: false, name: "" },
    ]);
    await complete(window);
    await crash();
    await arrives(window, email);
  });
});

async function wholeWay(window: PlainBrowser, email: string): Promise<void> {
  expect((await fill(window, email)).location).toBe("/verify-email");
  await confirm(window, await linkTo(email));
  await complete(window);
  await arrives(window, email);
}

/** The button behind the link; who registered in another browser, or before a crash, gives the password. */
async function confirm(window: PlainBrowser, link: string): Promise<void> {
  const { status, html } = await window.submit(link, {
    token: new URL(link, site.url).searchParams.get("token") ?? "",
    password: PASSWORD,
  });
  if (status !== 303) throw new Error(`${status} ${html.slice(0, 2_000)}`);
}

async function complete(window: PlainBrowser): Promise<void> {
  const { status, html } = await window.submit("/onboarding", PROFILE);
  if (status !== 303) throw new Error(`${status} ${html.slice(0, 2_000)}`);
}
