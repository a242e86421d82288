import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import bcrypt from "bcryptjs";
import pg from "pg";
import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { GET, POST } from "@/app/api/auth/[...nextauth]/route";
import { changePassword, confirmPassword, continueWith, register, signInWithEmail, signOut } from "@/features/accounts/actions";
import { getWaysIn } from "@/features/accounts/queries";
import { confirmAddress } from "@/features/addresses/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { form, hostile } from "./support/hostile";
import { runJobs, tokenTo } from "./support/jobs";
import { PASSWORD, person } from "./support/people";
import { as, asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";

// Read at the first use, which comes later: everybody that `person` makes has a hash of cost 4.
process.env.BCRYPT_COST = "5";

const OTHER_PASSWORD = "quartz-lantern-meadow-57";
let count = 0;
const newEmail = () => `new.${++count}@example.org`;
const hashOf = async (userId: string) => (await db().password.findUnique({ where: { userId } }))?.hash ?? null;
const sessionCookies = ({ cookies }: Browser) => [...cookies.keys()].filter((name) => name.includes("session-token"));
const refusal = async (answer: Promise<{ ok: boolean; error?: object }>) => (await answer).error;
const audits = (actorId: string) => db().auditEvent.findMany({ where: { actorId }, orderBy: [{ at: "asc" }, { id: "asc" }] });

describe("register", () => {
  test("makes one person of one address, in any spelling, and leaves somebody known as they were", async () => {
    const someone = await person({ email: "taken@example.org" });
    const before = await hashOf(someone.id);
    for (const email of ["taken@example.org", "TAKEN@example.org", " taken@Example.Org ", "ｔaken@example.org", "taken＠example.org"]) {
      const window = browser();
      expect(await redirectOf(window.run(() => register({ email, password: OTHER_PASSWORD }))), email).toBe("/verify-email");
      expect(sessionCookies(window)).toEqual([]);
    }
    await runJobs();
    expect(await db().user.count({ where: { email: { contains: "taken" } } })).toBe(1);
    expect(await hashOf(someone.id)).toBe(before);
  });

  test("keeps no password but its hash, at the configured cost, and nothing of it in the audit log", async () => {
    const email = newEmail();
    await redirectOf(asVisitor({}, () => register({ email, password: PASSWORD })));
    await runJobs();
    const { id } = await db().user.findUniqueOrThrow({ where: { email } });
    const hash = (await hashOf(id)) ?? "";
    expect(hash).toMatch(/^\$2[aby]\$05\$/);
    expect(await bcrypt.compare(PASSWORD, hash)).toBe(true);
    expect(JSON.stringify(await audits(id))).not.toMatch(/plum|velvet|\$2/);
  });

  test("where threads have priorities, hashes in one that stands behind those that answer requests", async () => {
    const own = getPriority();
    await redirectOf(browser().run(() => register({ email: newEmail(), password: OTHER_PASSWORD })));
    const threads = process.platform === "linux" ? readdirSync("/proc/self/task") : [];
    const lower = threads.filter((id) => Number(readFileSync(`/proc/self/task/${id}/stat`, "utf8").split(") ")[1]?.split(" ")[16]) > own);
    expect(lower.length > 0).toBe(process.platform === "linux");
    expect(getPriority()).toBe(own);
  });

  test("works as a form without JavaScript, and gives back what was typed but never the password", async () => {
    const answer = await asVisitor({}, () =>
      register(null, form({ email: "not-an-address", password: "short", callbackUrl: "/files", $ACTION_KEY: "k" })),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: "invalid" }, values: { email: "not-an-address", callbackUrl: "/files" } });
    expect(JSON.stringify(answer)).not.toContain("short");
    expect(await redirectOf(asVisitor({}, () => register(null, form({ email: newEmail(), password: PASSWORD }))))).toBe("/verify-email");
  });

  test.each([
    ["en", "This is missing."],
    ["fr", "Ce champ manque."],
  ])("says in %s of each empty field that it is missing, not that it is wrong", async (locale, said) => {
    const window = browser({ headers: { "accept-language": locale } });
    expect(await refusal(window.run(() => register({ email: " ", password: "" })))).toMatchObject({
      fields: { email: said, password: said },
    });
  });

  test.each([["/\\evil.example"], ["//evil.example"], ["https://evil.example/"], ["javascript:alert(1)"], ["/\u0000x"], ["x"], [""]])(
    "leads to no other place than this site, asked for %j",
    async (callbackUrl) => {
      const email = newEmail();
      expect(await redirectOf(asVisitor({}, () => register({ email, password: PASSWORD, callbackUrl })))).toBe("/verify-email");
      await runJobs();
      const token = await tokenTo(email, "verification");
      const window = browser();
      expect(await redirectOf(window.run(() => confirmAddress({ token, password: PASSWORD })))).toBe("/members");
      // In a second tab, where the link has been used by the first; it is used by nobody else.
      expect(await redirectOf(window.run(() => confirmAddress({ token, password: PASSWORD })))).toBe("/members");
      const another = await signedIn(await person());
      expect(await another.run(() => confirmAddress({ token, password: PASSWORD }))).toMatchObject({ ok: false });
    },
  );

  test.each([
    ["shorter than the least", "aB3$xY7!qW2"],
    ["that everybody has", "password1234"],
    ["of one repeated letter", "aaaaaaaaaaaaaaaaaaaa"],
    ["along the keyboard", "qwertyuiopasdfghjkl"],
    ["of the site's name", "foyerfoyerfoyer"],
    ["of their own address", "marguerite.duras"],
    ["of their own address without its marks", "margueritedurasexample"],
    ["of 73 bytes", `${PASSWORD}${"x7-".repeat(18).slice(0, 73 - PASSWORD.length)}`],
    ["of 25 characters that are 75 bytes", "鋼鉄海風森林雪山川夜空星火土雷雲虹霧霜露波砂岩谷峰"],
  ])("refuses a password %s, beside its field and with the reason", async (_, password) => {
    const email = "marguerite.duras@example.org";
    const error = await refusal(asVisitor({}, () => register({ email, password })));
    expect(error).toMatchObject({ code: "invalid", fields: { password: expect.stringMatching(/.{10}/) } });
    expect(await db().user.count({ where: { email } })).toBe(0);
  });

  test("takes a password of exactly 72 bytes whole: its last character counts", async () => {
    const password = `${PASSWORD}-${"k9~Lw2%".repeat(10)}`.slice(0, 72);
    const email = newEmail();
    expect(await redirectOf(asVisitor({}, () => register({ email, password })))).toBe("/verify-email");
    await runJobs();
    expect(await refusal(asVisitor({}, () => signInWithEmail({ email, password: `${password.slice(0, 71)}!` })))).toMatchObject({
      code: "unauthenticated",
    });
    expect(await refusal(asVisitor({}, () => signInWithEmail({ email, password: `${password}!` })))).toMatchObject({
      code: "unauthenticated",
    });
    expect(await redirectOf(asVisitor({}, () => signInWithEmail({ email, password })))).toBe("/members");
  });

  test("bad input of every kind is refused as such and makes nobody", async () => {
    const before = await db().user.count();
    for (const { name, input } of hostile(
      { email: "hostile@example.org", password: PASSWORD, callbackUrl: "/files" },
      { optional: ["callbackUrl"], free: ["callbackUrl"] },
    )) {
      expect(await refusal(asVisitor({}, () => register(input as never))), name).toMatchObject({ code: "invalid" });
    }
    for (const email of [
      "a",
      "a@b",
      "@example.org",
      "a@example.org, b@example.org",
      "a@example.org\nbcc: b@example.org",
      `${"x".repeat(250)}@example.org`,
      "<a@example.org>",
    ]) {
      expect(await refusal(asVisitor({}, () => register({ email, password: PASSWORD }))), email).toMatchObject({ code: "invalid" });
    }
    await runJobs();
    expect(await db().user.count()).toBe(before);
  });
});

describe("signInWithEmail", () => {
  test("answers an unknown address, a wrong password and a person without one alike", async () => {
    const [known, passwordless] = [await person(), await person({ password: null })];
    const answers = [];
    for (const email of [known.email, passwordless.email, "nobody@example.org"])
      answers.push(await asVisitor({}, () => signInWithEmail({ email, password: OTHER_PASSWORD })));
    expect(answers[0]).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test("an unknown address costs a comparison with a hash of the configured cost, as a known one does, however old its hash", async () => {
    const jobs = vi.spyOn(Worker.prototype, "postMessage");
    const rounds = async (email: string) => {
      // The decoys themselves are made once.
      await asVisitor({}, () => signInWithEmail({ email, password: OTHER_PASSWORD }));
      jobs.mockClear();
      await asVisitor({}, () => signInWithEmail({ email, password: OTHER_PASSWORD }));
      const hashes: string[] = jobs.mock.calls.flatMap(([{ hash, rest }]) => [hash, ...rest]);
      return hashes.reduce((sum, hash) => sum + 2 ** Number(hash.split("$")[2]), 0);
    };
    const known = await person();
    const emails = ["nobody@example.org", known.email, (await person({ password: null })).email];
    const all = [];
    for (const email of emails) all.push(await rounds(email));
    expect(all).toEqual(emails.map(() => 2 ** env().BCRYPT_COST));
    expect(Number((await hashOf(known.id))?.split("$")[2])).toBeLessThan(env().BCRYPT_COST);
  });

  test("the database is asked the same for an unknown address as for any other", async () => {
    const queries = vi.spyOn(pg.Client.prototype, "query");
    const asked = async (email: string) => {
      queries.mockClear();
      await asVisitor({}, () => signInWithEmail({ email, password: OTHER_PASSWORD }));
      const texts = queries.mock.calls.map(([query]: unknown[]) =>
        query && typeof query === "object" && "text" in query ? query.text : query,
      );
      // The link asks that every few seconds, whoever signs in.
      return texts.filter((text) => !String(text).includes("pg_snapshot_xmin"));
    };
    const people = [
      await person(),
      await person({ password: null }),
      await person({ emailVerified: null }),
      await person({ bannedAt: new Date() }),
    ];
    const unknown = await asked("nobody@example.org");
    expect(unknown.length).toBeGreaterThan(0);
    for (const { email } of people) expect(await asked(email)).toEqual(unknown);
    queries.mockRestore();
  });

  test("asks for no kinds of characters: small letters alone, digits alone and another script will do", async () => {
    for (const password of ["velvetharbourplumtrumpet", "83105927461880243", "здравствуйтелиловыйкит"]) {
      expect(await redirectOf(asVisitor({}, () => register({ email: newEmail(), password })))).toBe("/verify-email");
    }
  });

  test("a flood of guesses is told to wait, and costs no hash", async () => {
    const { email } = await person();
    const guess = () => asVisitor({}, () => signInWithEmail({ email, password: OTHER_PASSWORD }));
    for (let count = 0; count < 10; count++) await guess();
    const jobs = vi.spyOn(Worker.prototype, "postMessage");
    jobs.mockClear();
    expect(await guess()).toMatchObject({ ok: false, error: { code: "rate_limited" } });
    expect(jobs).not.toHaveBeenCalled();
  });

  test("takes any Unicode spelling of the same address and password", async () => {
    const email = newEmail();
    const password = "ﬁlament-Ångström-ｗide-92";
    await redirectOf(asVisitor({}, () => register({ email, password })));
    await runJobs();
    for (const spelling of [password, password.normalize("NFKC"), password.normalize("NFD")]) {
      expect(await redirectOf(asVisitor({}, () => signInWithEmail({ email: email.toUpperCase(), password: spelling })))).toBe("/members");
    }
  });

  test("raises a hash of lower cost, once, and the password stays the same", async () => {
    const someone = await person();
    expect(await hashOf(someone.id)).toMatch(/^\$2[aby]\$04\$/);
    await redirectOf(asVisitor({}, () => signInWithEmail({ email: someone.email, password: PASSWORD })));
    const raised = await hashOf(someone.id);
    expect(raised).toMatch(/^\$2[aby]\$05\$/);
    await redirectOf(asVisitor({}, () => signInWithEmail({ email: someone.email, password: PASSWORD })));
    expect(await hashOf(someone.id)).toBe(raised);
  });

  test("that cannot be written leaves this browser in the session that it was in, by our form and by Auth.js's own route", async () => {
    const [one, other] = [await person(), await person()];
    const window = browser();
    await redirectOf(window.run(() => signInWithEmail({ email: one.email, password: PASSWORD })));
    const { csrfToken } = await (await window.fetch(GET, "/api/auth/csrf")).json();
    const body = () => new URLSearchParams({ csrfToken, email: other.email, password: PASSWORD });
    await db().$executeRaw`ALTER TABLE "PersonDay" RENAME TO "Away"`;
    try {
      const written = (lines: string[]) => lines.filter((line) => line.includes("session-token"));
      expect(await window.run(() => signInWithEmail({ email: other.email, password: PASSWORD }))).toMatchObject({ ok: false });
      // Not even the same again: it may have gone on in another tab meanwhile.
      expect(written(window.setCookies)).toEqual([]);
      expect((await window.run(currentEntry))?.actor.userId).toBe(one.id);
      const answer = await window.fetch(POST, "/api/auth/callback/credentials", { method: "POST", body: body() });
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(written(answer.headers.getSetCookie())).toEqual([]);
    } finally {
      await db().$executeRaw`ALTER TABLE "Away" RENAME TO "PersonDay"`;
    }
    expect((await window.run(currentEntry))?.actor.userId).toBe(one.id);
    await redirectOf(window.run(() => signInWithEmail({ email: other.email, password: PASSWORD })));
    expect((await window.run(currentEntry))?.actor.userId).toBe(other.id);
  });

  test("that Auth.js makes nothing of says so: where the page to come back to is no address, or the browser comes from none", async () => {
    const someone = await person();
    const sent = (headers: Record<string, string>, password: string) =>
      asVisitor({ headers, cookies: { "authjs.callback-url": headers.referer ? "/" : "x" } }, () =>
        signInWithEmail({ email: someone.email, password }),
      );
    expect(await sent({}, PASSWORD)).toMatchObject({ ok: false });
    expect(await sent({ referer: "x" }, OTHER_PASSWORD)).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    expect(await redirectOf(sent({ referer: "x" }, PASSWORD))).toBe("/members");
  });

  test("raises it once for many who sign in at the same time, and refuses none of them", async () => {
    const { email } = await person();
    const signIn = () => redirectOf(asVisitor({}, () => signInWithEmail({ email, password: PASSWORD })));
    expect(await Promise.all(Array.from({ length: 6 }, signIn))).toEqual(Array(6).fill("/members"));
  });

  test("a wrong password raises nothing", async () => {
    const someone = await person();
    const before = await hashOf(someone.id);
    await asVisitor({}, () => signInWithEmail({ email: someone.email, password: OTHER_PASSWORD }));
    expect(await hashOf(someone.id)).toBe(before);
  });

  test("every sign-in is a new session with a new cookie, and ends the one this browser had", async () => {
    const someone = await person();
    const window = browser();
    const signIn = () => redirectOf(window.run(() => signInWithEmail({ email: someone.email, password: PASSWORD })));
    await signIn();
    const first = new Map(window.cookies);
    await signIn();
    expect(window.cookies.get("authjs.session-token")).not.toBe(first.get("authjs.session-token"));
    expect(await asVisitor({ cookies: Object.fromEntries(first) }, currentEntry)).toBeNull();
    expect((await window.run(currentEntry))?.actor.userId).toBe(someone.id);
    expect(
      (await db().session.findMany({ where: { userId: someone.id }, orderBy: { createdAt: "asc" } })).map(
        ({ endedAt }) => endedAt === null,
      ),
    ).toEqual([false, true]);
  });

  test("a member's session ends after 30 days, an admin's after 24 hours", async () => {
    for (const [role, hours] of [
      ["MEMBER", 720],
      ["ADMIN", 24],
    ] as const) {
      const someone = await person({ role });
      await redirectOf(asVisitor({}, () => signInWithEmail({ email: someone.email, password: PASSWORD })));
      const session = await db().session.findFirstOrThrow({ where: { userId: someone.id } });
      expect(Math.round((session.expiresAt.getTime() - session.createdAt.getTime()) / 3_600_000)).toBe(hours);
    }
  });

  test("the cookies are HttpOnly and Lax, short enough for one, and Secure with their prefixes over https", async () => {
    const someone = await person({ name: "Ìfẹ́".repeat(20), bio: "x".repeat(1000) });
    for (const scheme of ["http", "https"]) {
      const window = browser({ headers: { "x-forwarded-proto": scheme } });
      await redirectOf(window.run(() => signInWithEmail({ email: someone.email, password: PASSWORD })));
      for (const [name, prefix] of [["authjs.session-token", "__Secure-"] as const, ["foyer-device", "__Host-"] as const]) {
        const line = window.setCookies.find((cookie) => cookie.includes(`${name}=`)) ?? "";
        expect(line.startsWith(`${scheme === "https" ? prefix : ""}${name}=`), line).toBe(true);
        expect(line).toMatch(/; HttpOnly/);
        expect(line).toMatch(/; SameSite=lax/i);
        expect(/; Secure/.test(line)).toBe(scheme === "https");
        expect(line.length).toBeLessThan(4096);
      }
    }
  });

  test("bad input of every kind is refused, and never as an error of ours", async () => {
    const someone = await person();
    for (const { name, input } of hostile(
      { email: someone.email, password: PASSWORD, callbackUrl: "/files" },
      { optional: ["callbackUrl"], free: ["callbackUrl"] },
    )) {
      expect(await refusal(asVisitor({}, () => signInWithEmail(input as never))), name).toMatchObject({
        code: expect.stringMatching(/^(invalid|unauthenticated)$/),
      });
    }
    expect(await db().session.count({ where: { userId: someone.id } })).toBe(0);
  });
});

describe("signOut", () => {
  test("that cannot be written says so, and leaves the session and the cookie", async () => {
    const window = await signedIn(await person());
    await db().$executeRaw`ALTER TABLE "AuditEvent" RENAME TO "Away"`;
    const ended = await window.run(() => signOut({})).finally(() => db().$executeRaw`ALTER TABLE "Away" RENAME TO "AuditEvent"`);
    expect(ended).toMatchObject({ ok: false });
    expect((await window.run(currentEntry))?.actor.sid).toBe(window.claims.sid);
    expect(await redirectOf(window.run(() => signOut({})))).toBe("/login");
    expect(await window.run(currentEntry)).toBeNull();
  });

  test("makes the cookie, and every copy of it, worthless, and is remembered", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const copy = Object.fromEntries(window.cookies);
    expect(await asVisitor({ cookies: copy }, currentEntry)).not.toBeNull();
    expect(await redirectOf(window.run(() => signOut({})))).toBe("/login");
    expect(sessionCookies(window)).toEqual([]);
    expect(await asVisitor({ cookies: copy }, currentEntry)).toBeNull();
    expect((await audits(someone.id)).map(({ action }) => action)).toEqual(["user.signed_out"]);
  });

  test("ends this session only, and does nothing to nobody", async () => {
    const someone = await person();
    const [one, two] = [await signedIn(someone), await signedIn(someone)];
    await redirectOf(one.run(() => signOut({})));
    expect(await two.run(currentEntry)).not.toBeNull();
    expect(await redirectOf(asVisitor({}, () => signOut(form({ $ACTION_ID: "x" }))))).toBe("/login");
  });

  test("takes no input", async () => {
    for (const { name, input } of hostile({}))
      expect(await refusal(asVisitor({}, () => signOut(input as never))), name).toMatchObject({ code: "invalid" });
  });
});

/** As scripts/first-admin.ts writes it. */
const firstAdminNote = (email: string) => `The first admin of this Foyer.\n\nE-mail:   ${email}\nPassword: ${PASSWORD}\n\nSign in.\n`;

describe("changePassword", () => {
  const change = { current: PASSWORD, password: OTHER_PASSWORD };

  test("sets the new one, ends every other session and each copy of this one's cookie, and goes on in a new one", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    const copy = Object.fromEntries(here.cookies);
    expect(await here.run(() => changePassword(change))).toMatchObject({ ok: true });
    expect(await asVisitor({ cookies: copy }, currentEntry), "a copy of the cookie").toBeNull();
    expect([await here.run(currentEntry), await there.run(currentEntry)]).toMatchObject([{ actor: { userId: someone.id } }, null]);
    expect(await refusal(asVisitor({}, () => signInWithEmail({ email: someone.email, password: PASSWORD })))).toMatchObject({
      code: "unauthenticated",
    });
    expect(await redirectOf(asVisitor({}, () => signInWithEmail({ email: someone.email, password: OTHER_PASSWORD })))).toBe("/members");
    expect((await audits(someone.id))[0]).toMatchObject({
      action: "user.password_changed",
      subjectId: someone.id,
      after: { otherSessionsEnded: 1 },
    });
  });

  test("a first password can be changed before anything else, and takes its note away", async () => {
    const someone = await person({ mustChangePassword: true, complete: false });
    const note = join(env().FOYER_DATA, "first-admin.txt");
    writeFileSync(note, firstAdminNote(someone.email));
    const window = await signedIn(someone);
    expect(await redirectOf(window.run(() => enter("read", "User")))).toBe("/settings/security");
    expect(await window.run(() => changePassword(change))).toMatchObject({ ok: true });
    expect(existsSync(note)).toBe(false);
    expect(await redirectOf(window.run(() => enter("read", "User")))).toBe("/onboarding?callbackUrl=%2F");
  });

  test.each([
    ["an address that ends in theirs", (email: string) => `an.${email}`, true],
    ["an address that begins with theirs", (email: string) => `${email}.example`, true],
    ["another address, with theirs in its text", (email: string) => `first@example.org\nx ${email}`, true],
    ["their address, once they have a password of their own", (email: string) => email, false],
  ])("a note for %s stays", async (_, addressed, mustChangePassword) => {
    const someone = await person({ mustChangePassword });
    const note = join(env().FOYER_DATA, "first-admin.txt");
    writeFileSync(note, firstAdminNote(addressed(someone.email)));
    expect(await as(someone, () => changePassword(change))).toMatchObject({ ok: true });
    expect(existsSync(note)).toBe(true);
  });

  test.each([
    ["the wrong current one", { current: "not-the-right-one-92", password: OTHER_PASSWORD }, "current"],
    ["no current one, where there is one", { password: OTHER_PASSWORD }, "current"],
    ["the same one again", { current: PASSWORD, password: PASSWORD }, "password"],
    ["a weak one", { current: PASSWORD, password: "password1234" }, "password"],
    ["one of more than 72 bytes", { current: PASSWORD, password: `${OTHER_PASSWORD}${"é".repeat(30)}` }, "password"],
  ])("with %s changes nothing and says so beside its field", async (_, input, field) => {
    const someone = await person();
    const other = await signedIn(someone);
    const before = await bcrypt.compare(PASSWORD, (await hashOf(someone.id)) ?? "");
    expect(await refusal(as(someone, () => changePassword(input)))).toMatchObject({
      code: "invalid",
      fields: { [field]: expect.any(String) },
    });
    expect(await bcrypt.compare(PASSWORD, (await hashOf(someone.id)) ?? "")).toBe(before);
    expect(await other.run(currentEntry)).not.toBeNull();
    expect(await audits(someone.id)).toEqual([]);
  });

  test("a person without a password sets the first one within ten minutes of signing in, and not after", async () => {
    const someone = await person({ password: null });
    const window = await signedIn(someone);
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
    expect(await refusal(window.run(() => changePassword({ password: OTHER_PASSWORD })))).toMatchObject({ code: "forbidden" });
    expect(await hashOf(someone.id)).toBeNull();
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 590_000) } });
    const copy = Object.fromEntries(window.cookies);
    expect(await window.run(() => changePassword({ password: OTHER_PASSWORD }))).toMatchObject({ ok: true });
    expect(await asVisitor({ cookies: copy }, currentEntry)).toBeNull();
    expect(await window.run(async () => getWaysIn(await enter()))).toMatchObject({ hasPassword: true, recentlyProven: true });
  });

  test("nobody signed in and a session that ended are refused; another's password is out of reach", async () => {
    const [someone, other] = [await person(), await person()];
    expect(await refusal(asVisitor({}, () => changePassword(change)))).toMatchObject({ code: "unauthenticated" });
    const ended = await signedIn(someone);
    const cookies = Object.fromEntries(ended.cookies);
    await redirectOf(ended.run(() => signOut({})));
    expect(await refusal(asVisitor({ cookies }, () => changePassword(change)))).toMatchObject({ code: "unauthenticated" });
    expect(await refusal(as(someone, () => changePassword({ ...change, userId: other.id } as never)))).toMatchObject({ code: "invalid" });
    for (const one of [someone, other]) expect(await bcrypt.compare(PASSWORD, (await hashOf(one.id)) ?? "")).toBe(true);
  });

  test("bad input of every kind is refused as such", async () => {
    const window = await signedIn(await person());
    for (const { name, input } of hostile(change, { optional: ["current"] }))
      expect(await refusal(window.run(() => changePassword(input as never))), name).toMatchObject({ code: "invalid" });
  });
});

describe("confirmPassword", () => {
  test("opens the ways in for ten minutes, in this session only", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    await db().session.updateMany({ where: { userId: someone.id }, data: { reauthenticatedAt: new Date(Date.now() - 3_600_000) } });
    const proven = async (window: Browser) => (await window.run(async () => getWaysIn(await enter()))).recentlyProven;
    expect([await proven(here), await proven(there)]).toEqual([false, false]);
    expect(await here.run(() => confirmPassword({ password: PASSWORD }))).toMatchObject({ ok: true });
    expect([await proven(here), await proven(there)]).toEqual([true, false]);
    expect(await audits(someone.id)).toMatchObject([
      { action: "user.reauthenticated", subjectId: here.claims.sid },
      { action: "user.signed_in", after: { method: "password", strong: false, renewed: true } },
    ]);
  });

  test("refuses a wrong one, nobody, the unfinished and bad input", async () => {
    const someone = await person();
    expect(await refusal(as(someone, () => confirmPassword({ password: OTHER_PASSWORD })))).toMatchObject({
      code: "invalid",
      fields: { password: expect.any(String) },
    });
    expect(await refusal(asVisitor({}, () => confirmPassword({ password: PASSWORD })))).toMatchObject({ code: "unauthenticated" });
    expect(await refusal(as(await person({ complete: false }), () => confirmPassword({ password: PASSWORD })))).toMatchObject({
      code: "profile_incomplete",
    });
    expect(await refusal(as(await person({ mustChangePassword: true }), () => confirmPassword({ password: PASSWORD })))).toMatchObject({
      code: "forbidden",
    });
    const window = await signedIn(someone);
    for (const { name, input } of hostile({ password: PASSWORD }))
      expect(await refusal(window.run(() => confirmPassword(input as never))), name).toMatchObject({ code: "invalid" });
    expect(await audits(someone.id)).toEqual([]);
  });
});

describe("continueWith", () => {
  test("refuses a provider that is not offered here, the password form's included, and bad input", async () => {
    for (const provider of ["github", "credentials", "google", "__proto__", "", "GITHUB"]) {
      expect(await refusal(asVisitor({}, () => continueWith({ provider, callbackUrl: "/" }))), provider).toMatchObject({ code: "invalid" });
    }
    for (const { name, input } of hostile({ provider: "github", callbackUrl: "/" }, { optional: ["callbackUrl"], free: ["callbackUrl"] })) {
      expect(await refusal(asVisitor({}, () => continueWith(input as never))), name).toMatchObject({ code: "invalid" });
    }
  });

  test("a provider that is not offered is not remembered as the last way in", async () => {
    const window = browser();
    await window.run(() => continueWith({ provider: "nonsense" }));
    expect(window.cookies.has("last-way-in")).toBe(false);
  });
});
