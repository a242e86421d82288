import pg from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { currentEntry } from "@/access/entry";
import { signInWithTicket } from "@/access/identity/sign-in";
import { issueTicket } from "@/access/identity/tickets";
import { changePassword, confirmPassword, signInWithEmail, signOut } from "@/features/accounts/actions";
import { changeRole } from "@/features/people/actions";
import { confirmWithCode, newRecoveryCodes } from "@/features/second-factors/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { admin, PASSWORD, person } from "./support/people";
import { startOwnPostgres } from "./support/postgres";
import { type Browser, browser, redirectOf, signedIn } from "./support/request";
import { withTotp } from "./support/second-factors";
import { startTcpProxy } from "./support/tcp-proxy";

/*
 * The line to the database breaks at a COMMIT: before it arrives, or once it is done and nobody has been told. What the app does goes
 * through that line; `sql` does not.
 */

const postgres = await startOwnPostgres();
const direct = new URL(postgres.url);
const line = await startTcpProxy({ host: direct.hostname, port: Number(direct.port) });
const proxied = new URL(direct);
proxied.host = `127.0.0.1:${line.port}`;
process.env.DATABASE_URL = proxied.href;

const hand = new pg.Pool({ connectionString: direct.href, max: 4 });
const sql = async (text: string, values: unknown[] = []) => (await hand.query(text, values)).rows;

hand.on("error", () => undefined);

let cuts = 0;
beforeEach(() => {
  cuts = line.cuts();
});
afterEach(() => line.mend());
afterAll(async () => {
  line.stop();
  await hand.end();
  await postgres.stop();
});
/** The line is whole again: it was cut at its word as often as expected, or more. */
const mended = (least = 1) => {
  line.mend();
  expect(line.cuts() - cuts).toBeGreaterThanOrEqual(least);
};

const NEW_PASSWORD = "orchid-lantern-quartz-77";
const SESSION = "authjs.session-token";
const UNAVAILABLE = { ok: false, error: { code: "unavailable" } };
const sessionsOf = (id: string) => db().session.findMany({ where: { userId: id, endedAt: null }, select: { id: true } });
const here = async (window: Browser) => (await window.run(currentEntry))?.actor.sid;
const signIn = (window: Browser, email: string) => window.run(() => signInWithEmail({ email, password: PASSWORD }));

/** Has a change of the app's wait within its COMMIT: for what each that is remembered takes at its end, the chain of the audit log. */
async function heldAtCommit<T>(change: () => Promise<T>) {
  const holder = await hand.connect();
  await holder.query("BEGIN; SELECT pg_advisory_xact_lock(1718581522)");
  const changing = change();
  const committing = `SELECT pid, backend_xid::text AS id FROM pg_stat_activity WHERE wait_event = 'advisory' AND query = 'COMMIT'`;
  const held = () => sql(committing).then(([row]) => row);
  await expect.poll(held).toBeDefined();
  const { pid, id } = await held();
  const release = async () => {
    await holder.query("ROLLBACK").catch(() => undefined);
    holder.release(true);
  };
  holder.on("error", () => undefined);
  return { changing, release, pid: Number(pid), id: Number(id) };
}

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
    mended();
    expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
    expect(await here(window)).not.toBe(window.claims.sid);
  });

  test.each(CHANGES)("of %s: it is done, and the browser goes on in the session that took the place of its own", async (_, change) => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await signedIn(someone);
    line.cutAt("COMMIT", "answered");
    expect(await change(window, { ...someone, code })).toMatchObject({ ok: true });
    mended();
    expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
    expect(await here(window)).not.toBe(window.claims.sid);
  });

  test("of a ticket: it is taken, and signs in", async () => {
    const someone = await person();
    const window = browser();
    const ticket = await db().$transaction((tx) => issueTicket(tx, { userId: someone.id, method: "passkey", strong: true }));
    line.cutAt("COMMIT", "answered");
    await window.run(() => signInWithTicket(ticket));
    mended();
    expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
  });

  test("of a sign-out: the session has ended, and the cookie is taken back", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    line.cutAt("COMMIT", "answered");
    expect(await redirectOf(window.run(() => signOut({})))).toBe("/login");
    mended();
    expect(window.cookies.has(SESSION)).toBe(false);
  });

  test("of as many changes at once as there are connections: none waits for another's", async () => {
    const window = await signedIn(await admin());
    const people = await Promise.all(Array.from({ length: env().DATABASE_POOL_SIZE }, () => person()));
    line.cutAt("COMMIT", "answered");
    const changed = await Promise.all(people.map(({ id: userId }) => window.run(() => changeRole({ userId, role: "ADMIN" }))));
    mended(people.length);
    expect(changed.map(({ ok }) => ok)).toEqual(people.map(() => true));
    const remembered = { action: "user.role_changed" as const, subjectId: { in: people.map(({ id }) => id) } };
    expect(await db().auditEvent.count({ where: remembered })).toBe(people.length);
  });

  test("while it is still at work: what becomes of it is waited for", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const { changing, release } = await heldAtCommit(() => window.run(() => confirmPassword({ password: PASSWORD })));
    line.cut();
    line.mend();
    await release();
    expect(await changing).toMatchObject({ ok: true });
    expect(await sessionsOf(someone.id)).toEqual([{ id: await here(window) }]);
  });

  test("for longer than anybody waits: it is ended, and nothing of it is done afterwards", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const { changing, release } = await heldAtCommit(() => window.run(() => confirmPassword({ password: PASSWORD })));
    line.cut();
    line.mend();
    expect(await changing).toMatchObject(UNAVAILABLE);
    await release();
    expect(await sessionsOf(someone.id)).toEqual([{ id: window.claims.sid }]);
    expect(await here(window)).toBe(window.claims.sid);
  });

  test("by a crash of the server, which then gives its number to another: it is not taken for that one", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const { changing, release, pid, id } = await heldAtCommit(() => window.run(() => confirmPassword({ password: PASSWORD })));
    line.cut();
    process.kill(pid, "SIGKILL");
    await release();
    const others = async () => {
      await sql("SELECT pg_current_xact_id()");
      return (await sql("SELECT pg_xact_status($1::text::xid8) AS status", [id]))[0]?.status;
    };
    await expect.poll(() => others().catch(() => "away"), { timeout: 9_000, interval: 5 }).toBe("committed");
    line.mend();
    expect(await changing).toMatchObject(UNAVAILABLE);
    expect(await here(window)).toBe(window.claims.sid);
    expect(await window.run(() => confirmPassword({ password: PASSWORD }))).toMatchObject({ ok: true });
  });
});

test.each([
  ["40001", "conflict", 3],
  ["40P01", "conflict", 3],
  ["57014", "unavailable", 1],
  ["53300", "unavailable", 1],
])("a COMMIT that is refused with %s is told as %s, and tried %i times", async (code, told, times) => {
  const someone = await person();
  const window = await signedIn(someone);
  await sql("CREATE SEQUENCE tries");
  await sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM nextval('tries'); RAISE EXCEPTION 'refused' USING ERRCODE = '${code}'; END $$`);
  await sql(
    `CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON "Session" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`,
  );
  const ended = await window.run(() => confirmPassword({ password: PASSWORD })).finally(() => sql("DROP FUNCTION refuse() CASCADE"));
  expect(ended).toMatchObject({ ok: false, error: { code: told } });
  const [tries] = await sql("SELECT last_value::int AS times FROM tries");
  await sql("DROP SEQUENCE tries");
  expect(tries).toEqual({ times });
  expect(await here(window)).toBe(window.claims.sid);
});

test("a change that was told as not done is not done by the next one on its connection, however late the line comes back", async () => {
  const someone = await person();
  const others = await Promise.all(Array.from({ length: 3 }, () => person()));
  const window = await signedIn(someone);
  line.holdAt("pg_current_xact_id");
  expect(await window.run(() => confirmPassword({ password: PASSWORD }))).toMatchObject(UNAVAILABLE);
  line.letGo();
  for (const other of others)
    expect(await (await signedIn(other)).run(() => confirmPassword({ password: PASSWORD }))).toMatchObject({ ok: true });
  expect(await sessionsOf(someone.id)).toEqual([{ id: window.claims.sid }]);
  expect(await sql(`SELECT pid FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`)).toEqual([]);
});

describe("a COMMIT that never arrives", () => {
  test.each(CHANGES)("of %s: it is told as unavailable, nothing is changed, and the session and its cookie stay", async (_, change) => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await signedIn(someone);
    const cookie = window.cookies.get(SESSION);
    line.cutAt("COMMIT", "asked");
    expect(await change(window, { ...someone, code })).toMatchObject(UNAVAILABLE);
    mended();
    expect([window.cookies.get(SESSION), await here(window)]).toEqual([cookie, window.claims.sid]);
    expect(await change(window, { ...someone, code })).toMatchObject({ ok: true });
  });
});
