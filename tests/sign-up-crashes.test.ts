import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PlainBrowser } from "./support/forms";
import { PASSWORD } from "./support/people";
import { type Server, startServer } from "./support/server";
import { type Smtp, startSmtp } from "./support/smtp";

/*
 * The whole way from the form of registration to the first page, in a process that is killed (kill -9) between every two
 * steps. A lock held by the test stops the process exactly there; what a person does then is what they would do: load again.
 * A start is what costs most here: one crash meets people who stand at several places, and each goes on by themselves.
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
const jobs = (task: string) => number(`SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = $1`, task);

/** Nobody writes to this table before the crash; whoever tries waits. */
const hold = (table: string) => holder.query(`LOCK TABLE "${table}" IN SHARE MODE`);
/** Other files have databases of their own on the same server. */
const WAITING = `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
/** Until the mail server has the one mail of this address. */
const handedOver = ({ email }: Guest) => vi.waitFor(() => expect(smtp.to(email)).toHaveLength(1), SOON);
/** Until so many wait for what is held. */
const waiting = (count: number) => vi.waitFor(async () => expect(await number(WAITING)).toBeGreaterThanOrEqual(count), SOON);
/**
 * The process dies as soon as everybody stands at their place; a new one begins, after what it held in the database has gone
 * with it.
 */
async function crashWhen(stands: () => Promise<void>): Promise<void> {
  await holder.query("BEGIN");
  try {
    await stands();
    await site.stop("SIGKILL");
  } finally {
    await holder.query("ROLLBACK");
  }
  await site.restart();
  // What a busy machine cannot answer at once is "unavailable": that is another test's matter.
  await vi.waitFor(async () => expect((await fetch(`${site.url}/api/ready`)).status).toBe(200), TAKEN_OVER);
}

/** Somebody on their way; what they sent last, where it was cut off. */
interface Guest {
  email: string;
  window: PlainBrowser;
  sent?: Promise<unknown>;
}
const guest = (): Guest => ({ email: `crash.${count++}@example.org`, window: new PlainBrowser(site.url) });
const cutOff = (sent: Promise<unknown>) => sent.catch(() => "cut off");
const fill = ({ window, email }: Guest) => window.submit("/register", { email, password: PASSWORD });
/** The path of the link in the one mail of this address. */
async function linkTo({ email }: Guest): Promise<string> {
  const [mail] = await vi.waitFor(() => {
    expect(smtp.to(email)).not.toEqual([]);
    return smtp.to(email);
  }, TAKEN_OVER);
  const url = /http:\/\/localhost:3000(\/verify-email\?\S+)/.exec(mail?.text ?? "")?.[1];
  if (!url) throw new Error(`no link in ${mail?.text}`);
  return url;
}
const PROFILE = { name: "Nadia Brandt", city: "Gent", interests: "rowing, jazz", bio: "Early mornings." };

/** Goes on from where the person stands to the members' page, and looks that all of it is there once. */
async function arrives({ window, email }: Guest): Promise<void> {
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
  describe("at the beginning of the way, and at the end of a mail's", () => {
    let early: Guest;
    let mailed: Guest;
    beforeAll(async () => {
      [early, mailed] = [guest(), guest()];
      smtp.switches.hold = true;
      await fill(mailed);
      await handedOver(mailed);
      await crashWhen(async () => {
        await hold("Mail");
        smtp.switches.hold = false;
        smtp.release();
        await waiting(1);
        await hold("Token");
        early.sent = cutOff(fill(early));
        await waiting(2);
      });
    }, 180_000);

    test("before the registration is kept: nothing is there, and the form works again", { timeout: 180_000 }, async () => {
      expect(await early.sent).toBe("cut off");
      expect([await kept(early.email), await accounts(early.email), await jobs("account.register")]).toEqual([0, 0, 0]);
      expect((await fill(early)).location).toBe("/verify-email");
      await confirm(early, await linkTo(early));
      await complete(early);
      await arrives(early);
    });

    test("after the mail is out, while that is being noted: it is not sent again", { timeout: 180_000 }, async () => {
      // What the process had sent to PostgreSQL is done there without it; its job is found finished by whoever takes it over.
      await expect.poll(() => jobs("mail.send"), TAKEN_OVER).toBe(0);
      expect(smtp.to(mailed.email)).toHaveLength(1);
      await confirm(mailed, await linkTo(mailed));
      await complete(mailed);
      await arrives(mailed);
    });
  });

  describe("around the account, the link and the session", () => {
    let registered: Guest;
    let pressing: Guest;
    let confirmed: Guest;
    let link: string;
    beforeAll(async () => {
      [registered, pressing, confirmed] = [guest(), guest(), guest()];
      for (const one of [pressing, confirmed]) await fill(one);
      link = await linkTo(pressing);
      const other = await linkTo(confirmed);
      await crashWhen(async () => {
        await hold("Session");
        confirmed.sent = cutOff(confirm(confirmed, other));
        await waiting(1);
        await hold("User");
        pressing.sent = cutOff(confirm(pressing, link));
        await waiting(2);
        expect((await fill(registered)).location).toBe("/verify-email");
        await waiting(3);
        expect([await kept(registered.email), await accounts(registered.email)]).toEqual([1, 0]);
      });
    }, 180_000);

    test("after it is kept, before there is an account: the next process makes it, once", { timeout: 180_000 }, async () => {
      const link = await linkTo(registered);
      // Before the address is confirmed, which brings the next one.
      expect(smtp.to(registered.email)).toHaveLength(1);
      await confirm(registered, link);
      await complete(registered);
      await arrives(registered);
    });

    test("while the link is being used: it is as good as before", { timeout: 180_000 }, async () => {
      expect(await pressing.sent).toBe("cut off");
      expect(await rows(`SELECT "emailVerified" FROM "User" WHERE "email" = $1`, pressing.email)).toEqual([{ emailVerified: null }]);
      await confirm(pressing, link);
      await complete(pressing);
      await arrives(pressing);
    });

    test("between the confirmation and the session: signing in goes on from there", { timeout: 180_000 }, async () => {
      const { email, window, sent } = confirmed;
      expect(await sent).toBe("cut off");
      expect(await number(`SELECT count(*) FROM "User" WHERE "email" = $1 AND "emailVerified" IS NOT NULL`, email)).toBe(1);
      expect((await window.submit("/login", { email, password: PASSWORD })).status).toBe(303);
      await complete(confirmed);
      await arrives(confirmed);
    });
  });

  describe("with a mail at the mail server, and at the end of the way", () => {
    let mailed: Guest;
    let signedIn: Guest;
    let saving: Guest;
    let saved: Guest;
    beforeAll(async () => {
      [mailed, signedIn, saving, saved] = [guest(), guest(), guest(), guest()];
      for (const one of [signedIn, saving, saved]) await fill(one);
      for (const one of [signedIn, saving, saved]) await confirm(one, await linkTo(one));
      await complete(saved);
      smtp.switches.hold = true;
      await fill(mailed);
      await handedOver(mailed);
      await crashWhen(async () => {
        await hold("AuditEvent");
        saving.sent = cutOff(complete(saving));
        await waiting(1);
      });
      smtp.switches.hold = false;
    }, 180_000);

    test("after sign-in, and while the profile is saved: the session holds, and nothing is half-written", {
      timeout: 180_000,
    }, async () => {
      expect((await signedIn.window.open("/members")).path).toMatch(/^\/onboarding/);
      await complete(signedIn);
      await arrives(signedIn);

      expect(await saving.sent).toBe("cut off");
      expect(await rows(`SELECT "profileComplete", "name" FROM "User" WHERE "email" = $1`, saving.email)).toEqual([
        { profileComplete: false, name: "" },
      ]);
      await complete(saving);
      await arrives(saving);

      await arrives(saved);
    });

    test("while the mail server has the mail and has not said so: it goes out again under the same Message-ID, and its link works", {
      timeout: 180_000,
    }, async () => {
      await expect.poll(() => smtp.to(mailed.email).length, TAKEN_OVER).toBe(2);
      expect(new Set(smtp.to(mailed.email).map(({ messageId }) => messageId)).size).toBe(1);
      await confirm(mailed, await linkTo(mailed));
      await complete(mailed);
      await arrives(mailed);
    });
  });
});

/** The button behind the link; who registered in another browser, or before a crash, gives the password. */
async function confirm({ window }: Guest, link: string): Promise<void> {
  const { status, html } = await window.submit(link, {
    token: new URL(link, site.url).searchParams.get("token") ?? "",
    password: PASSWORD,
  });
  if (status !== 303) throw new Error(`${status} ${html.slice(0, 2_000)}`);
}

async function complete({ window }: Guest): Promise<void> {
  const { status, html } = await window.submit("/onboarding", PROFILE);
  if (status !== 303) throw new Error(`${status} ${html.slice(0, 2_000)}`);
}
