import pg from "pg";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { currentEntry } from "@/access/entry";
import { signInWithTicket } from "@/access/identity/sign-in";
import { issueTicket } from "@/access/identity/tickets";
import { changePassword, confirmPassword, signInWithEmail, signOut } from "@/features/accounts/actions";
import { changeRole } from "@/features/people/actions";
import { confirmWithCode, newRecoveryCodes } from "@/features/second-factors/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { admin, PASSWORD, person } from "./support/people";
import { type Browser, browser, redirectOf, signedIn } from "./support/request";
import { withTotp } from "./support/second-factors";
import { startTcpProxy } from "./support/tcp-proxy";

/*
 * The line to the database breaks at a COMMIT: before it arrives, or once it is done and nobody has been told. What the app does goes
 * through that line; `sql` does not.
 */

const direct = new URL(process.env.DATABASE_URL ?? "");
const line = await startTcpProxy({ host: direct.hostname, port: Number(direct.port) });
const proxied = new URL(direct);
proxied.host = `127.0.0.1:${line.port}`;
process.env.DATABASE_URL = proxied.href;

const hand = new pg.Pool({ connectionString: direct.href, max: 4 });
const sql = async (text: string, values: unknown[] = []) => (await hand.query(text, values)).rows;

afterEach(() => line.mend());
afterAll(async () => {
  line.stop();
  await hand.end();
});

const NEW_PASSWORD = "orchid-lantern-quartz-77";
const SESSION = "authjs.session-token";
const UNAVAILABLE = { ok: false, error: { code: "unavailable" } };
const sessionsOf = (id: string) => db().session.findMany({ where: { userId: id, endedAt: null }, select: { id: true } });
const here = async (window: Browser) => (await window.run(currentEntry))?.actor.sid;
const signIn = (window: Browser, email: string) => window.run(() => signInWithEmail({ email, password: PASSWORD }));

type Change = (window: Browser, someone: { email: string; code: () => string }) => Promise<{ ok: boolean }>;
const CHANGES: [name: string, change: Change][] = [
  ["a password confirmed", (window) => window.run(() => confirmPassword({ password: PASSWORD }))],
  ["a password changed", (window) => window.run(() => changePassword({ current: PASSWORD, password: NEW_PASSWORD }))],
  ["a code of the app as a proof", (window, { code }) => window.run(() => confirmWithCode({ code: code() }))],
  ["new recovery codes", (window) => window.run(() => newRecoveryCodes({}))],
];

describe("a COMMIT whose answer is lost", () => {
  test("of a sign-in in a browser that is signed in: the browser goes on in the new session", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    line.cutAt("COMMIT", "answered");
    expect(await redirectOf(signIn(window, someone.email))).toBe("/members");
    line.mend();
    expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
    expect(await here(window)).not.toBe(window.claims.sid);
  });

  test.each(CHANGES)("of %s: it is done, and the browser goes on in the session that took the place of its own", async (_, change) => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await signedIn(someone);
    line.cutAt("COMMIT", "answered");
    expect(await change(window, { ...someone, code })).toMatchObject({ ok: true });
    line.mend();
    expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
    expect(await here(window)).not.toBe(window.claims.sid);
  });

  test("of a ticket: it is taken, and signs in", async () => {
    const someone = await person();
    const window = browser();
    const ticket = await db().$transaction((tx) => issueTicket(tx, { userId: someone.id, method: "passkey", strong: true }));
    line.cutAt("COMMIT", "answered");
    await window.run(() => signInWithTicket(ticket));
    line.mend();
    expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
  });

  test("of a sign-out: the session has ended, and the cookie is taken back", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    line.cutAt("COMMIT", "answered");
    expect(await redirectOf(window.run(() => signOut({})))).toBe("/login");
    expect(window.cookies.has(SESSION)).toBe(false);
  });

  test("of as many changes at once as there are connections: none waits for another's", async () => {
    const window = await signedIn(await admin());
    const people = await Promise.all(Array.from({ length: env().DATABASE_POOL_SIZE }, () => person()));
    line.cutAt("COMMIT", "answered");
    const changed = await Promise.all(people.map(({ id: userId }) => window.run(() => changeRole({ userId, role: "ADMIN" }))));
    expect(changed.map(({ ok }) => ok)).toEqual(people.map(() => true));
    const remembered = { action: "user.role_changed" as const, subjectId: { in: people.map(({ id }) => id) } };
    expect(await db().auditEvent.count({ where: remembered })).toBe(people.length);
  });

  test("while it is still at work: what becomes of it is waited for", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const holder = await hand.connect();
    // What every COMMIT that is remembered takes at its end (the chain of the audit log).
    await holder.query("BEGIN; SELECT pg_advisory_xact_lock(1718581522)");
    try {
      const changing = window.run(() => confirmPassword({ password: PASSWORD }));
      const committing = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND query = 'COMMIT'`;
      await expect.poll(() => sql(committing)).toHaveLength(1);
      line.cut();
      line.mend();
      await holder.query("ROLLBACK");
      expect(await changing).toMatchObject({ ok: true });
      expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
    } finally {
      holder.release(true);
    }
  });
});

describe("a COMMIT that never arrives", () => {
  test.each(CHANGES)("of %s: it is told as unavailable, nothing is changed, and the session and its cookie stay", async (_, change) => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await signedIn(someone);
    const cookie = window.cookies.get(SESSION);
    line.cutAt("COMMIT", "asked");
    expect(await change(window, { ...someone, code })).toMatchObject(UNAVAILABLE);
    line.mend();
    expect([window.cookies.get(SESSION), await here(window)]).toEqual([cookie, window.claims.sid]);
    expect(await change(window, { ...someone, code })).toMatchObject({ ok: true });
  });
});
