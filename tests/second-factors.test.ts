import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { openSession } from "@/access/identity/credentials";

import { openTotpSecret, sealTotpSecret } from "@/access/identity/second-factor";
import { beginTwoStep, issueTicket } from "@/access/identity/tickets";
import { handlers } from "@/auth";
import { changePassword, signInWithEmail } from "@/features/accounts/actions";
import { changeRole, resetSecondFactors } from "@/features/people/actions";
import { confirmTotp, confirmWithCode, newRecoveryCodes, passTwoStep, removeTotp, startTotp } from "@/features/second-factors/actions";
import { getTwoStep } from "@/features/second-factors/queries";
import { db } from "@/lib/db";
import { encrypt } from "@/lib/encryption";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { form, hostile } from "./support/hostile";
import { admin, PASSWORD, person } from "./support/people";
import { as, asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";
import { codeOf, withTotp } from "./support/second-factors";

const OTHER_PASSWORD = "quartz-lantern-meadow-57";
type Answer = Promise<{ ok: boolean; error?: object }>;
const refusal = async (answer: Answer) => (await answer).error;
const audits = (actorId: string) => db().auditEvent.findMany({ where: { actorId }, orderBy: [{ at: "asc" }, { id: "asc" }] });
const isIn = async (window: Browser) => (await window.run(currentEntry))?.actor.userId ?? null;
const sessionsOf = (userId: string) => db().session.findMany({ where: { userId }, orderBy: { createdAt: "asc" } });
const age = (sid: string) => db().session.update({ where: { id: sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });

/** Each from an address of its own: what may be asked for from one is tests/limits.test.ts's concern. */
let addresses = 0;
const elsewhere = (cookies: Record<string, string> = {}) =>
  browser({ cookies, headers: { "x-forwarded-for": `2001:db8:0:${(++addresses).toString(16)}::1` } });

/** A browser in which the right password was just shown. */
async function atSecondStep({ email }: { email: string }, callbackUrl = "/files") {
  const window = elsewhere();
  expect(await redirectOf(window.run(() => signInWithEmail({ email, password: PASSWORD, callbackUrl })))).toBe(
    `/login/two-step?${new URLSearchParams({ callbackUrl })}`,
  );
  return window;
}
/** As many of them, without asking for the password: twenty at once are too many guesses. */
const manyAtSecondStep = ({ id }: { id: string }) =>
  Promise.all(
    Array.from({ length: 20 }, async () => {
      const window = elsewhere();
      expect(await window.run(() => beginTwoStep(id, "password"))).toBe(true);
      return window;
    }),
  );
const pass = (window: Browser, code: string, callbackUrl = "/files") => window.run(() => passTwoStep({ code, callbackUrl }));
const startedOver = "/login?callbackUrl=%2Ffiles&error=two_step_over";

describe("signing in with a second factor", () => {
  test("the right password alone opens nothing, through the form or Auth.js's own route", async () => {
    const someone = await person();
    await withTotp(someone);
    const window = await atSecondStep(someone);
    expect([...window.cookies.keys()]).toEqual(expect.arrayContaining(["foyer-two-step"]));
    expect(await isIn(window)).toBeNull();
    const other = browser();
    const { csrfToken } = await (await other.fetch(handlers.GET, "/api/auth/csrf")).json();
    const body = new URLSearchParams({ csrfToken, email: someone.email, password: PASSWORD });
    await other.fetch(handlers.POST, "/api/auth/callback/credentials", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    expect([...other.cookies.keys()].filter((name) => name.includes("session-token"))).toEqual([]);
    expect(await sessionsOf(someone.id)).toEqual([]);
  });

  test("the app's code opens it, leads on, and the session says how it was proven", async () => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await atSecondStep(someone);
    expect(await redirectOf(pass(window, code()))).toBe("/files");
    expect(await isIn(window)).toBe(someone.id);
    expect(window.cookies.has("foyer-two-step")).toBe(false);
    expect(await sessionsOf(someone.id)).toMatchObject([{ method: "password", strong: true, endedAt: null }]);
    expect((await window.run(currentEntry))?.actor.strong).toBe(true);
    expect((await audits(someone.id)).map(({ action, after }) => [action, after])).toEqual([
      ["user.second_step_passed", { method: "password", factor: "totp" }],
      ["user.signed_in", { method: "password", strong: true }],
    ]);
  });

  test("works as a form without JavaScript, typed with spaces, and never gives the code back", async () => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await atSecondStep(someone);
    const wrong = await window.run(() => passTwoStep(null, form({ code: "abcdef", callbackUrl: "/files" })));
    expect(wrong).toMatchObject({
      ok: false,
      error: { code: "invalid", fields: { code: expect.any(String) } },
      values: { callbackUrl: "/files" },
    });
    expect(JSON.stringify(wrong)).not.toContain("abcdef");
    const typed = code().replace(/(...)/, "$1 ");
    expect(await redirectOf(window.run(() => passTwoStep(null, form({ code: typed, callbackUrl: "//evil.example" }))))).toBe("/members");
  });

  test("no code is taken twice, nor an earlier one after it; one step of drift is, two are not", async () => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const attempt = async (step: number) =>
      pass(await atSecondStep(someone), code(step)).then(
        (answer) => (answer.ok ? "ok" : "refused"),
        () => "in",
      );
    vi.useFakeTimers({ toFake: ["Date"], now: Math.ceil(Date.now() / 30_000) * 30_000 + 1_000 });
    try {
      expect(await attempt(-2)).toBe("refused");
      expect(await attempt(2)).toBe("refused");
      expect(await attempt(-1)).toBe("in");
      expect(await attempt(-1)).toBe("refused");
      expect(await attempt(1)).toBe("in");
      expect(await attempt(1)).toBe("refused");
      expect(await attempt(0)).toBe("refused");
    } finally {
      vi.useRealTimers();
    }
  });

  test("one code used by twenty at once, in twenty browsers or in one, opens one session", async () => {
    for (const shared of [false, true]) {
      const someone = await person();
      const { code } = await withTotp(someone);
      const first = await atSecondStep(someone);
      const windows = shared
        ? Array.from({ length: 20 }, () => elsewhere(Object.fromEntries(first.cookies)))
        : await manyAtSecondStep(someone);
      const now = code();
      await Promise.allSettled(windows.map((window) => pass(window, now)));
      expect((await Promise.all(windows.map(isIn))).filter(Boolean)).toEqual([someone.id]);
      expect(await sessionsOf(someone.id)).toHaveLength(1);
    }
  });

  test("a recovery code opens it once, however it is typed, twenty at once included", async () => {
    const someone = await person();
    const { recoveryCodes } = await withTotp(someone, 2);
    const [one = "", two = ""] = recoveryCodes;
    expect(await redirectOf(pass(await atSecondStep(someone), one.toUpperCase().replace("-", " ")))).toBe("/files");
    expect(await refusal(pass(await atSecondStep(someone), one))).toMatchObject({ code: "invalid", fields: { code: expect.any(String) } });
    const windows = await manyAtSecondStep(someone);
    await Promise.allSettled(windows.map((window) => pass(window, two)));
    expect((await Promise.all(windows.map(isIn))).filter(Boolean)).toEqual([someone.id]);
    expect(await db().recoveryCode.count({ where: { userId: someone.id, usedAt: null } })).toBe(0);
    expect(await sessionsOf(someone.id)).toHaveLength(2);
  });

  test("another person's codes open nothing", async () => {
    const [mine, theirs] = [await person(), await person()];
    await withTotp(mine);
    const other = await withTotp(theirs, 1);
    const window = await atSecondStep(mine);
    for (const code of [other.code(), other.recoveryCodes[0] ?? ""])
      expect(await refusal(pass(window, code))).toMatchObject({ code: "invalid" });
    expect(await db().recoveryCode.count({ where: { usedAt: { not: null }, userId: theirs.id } })).toBe(0);
  });

  test("after five wrong codes one starts over, with the right one too; twenty at once get no sixth", async () => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await atSecondStep(someone);
    const copy = () => elsewhere(Object.fromEntries(window.cookies));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        pass(copy(), "k7m2x-9qp4d").then(
          (answer) => (answer.ok ? "in" : answer.error.code),
          () => "over",
        ),
      ),
    );
    expect(answers.filter((answer) => answer === "invalid")).toHaveLength(4);
    expect(answers.filter((answer) => answer === "over")).toHaveLength(16);
    expect(await redirectOf(pass(window, code()))).toBe(startedOver);
    expect(window.cookies.has("foyer-two-step")).toBe(false);
    expect(await sessionsOf(someone.id)).toEqual([]);
    expect(await redirectOf(pass(await atSecondStep(someone), code()))).toBe("/files");
  });

  test("after fifty wrong codes in a day the app's no longer count, and a recovery code still does", async () => {
    const someone = await person();
    const { code, recoveryCodes } = await withTotp(someone, 1);
    const window = await atSecondStep(someone);
    await db().token.create({
      data: { purpose: "TWO_STEP", userId: someone.id, address: "", hash: someone.id, data: { wrong: 50 }, expiresAt: new Date() },
    });
    expect(await refusal(pass(window, code()))).toMatchObject({ code: "rate_limited" });
    expect(await redirectOf(pass(window, recoveryCodes[0] ?? ""))).toBe("/files");
  });

  test.each([
    ["five minutes later", (id: string) => db().token.updateMany({ where: { userId: id }, data: { expiresAt: new Date(Date.now() - 1) } })],
    ["after a change of password", (id: string) => db().password.update({ where: { userId: id }, data: { hash: "another" } })],
    ["after every session was ended", (id: string) => db().user.update({ where: { id }, data: { epoch: { increment: 1 } } })],
    ["of somebody deleted meanwhile", (id: string) => db().user.update({ where: { id }, data: { deletedAt: new Date() } })],
  ])("%s the first step is worthless", async (_, happen) => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await atSecondStep(someone);
    await happen(someone.id);
    expect(await redirectOf(pass(window, code()))).toBe(startedOver);
    expect(await isIn(window)).toBeNull();
  });

  test("without a first step, with a forged one, or with a session's cookie in its place there is nothing to pass", async () => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const session = (await signedIn(someone)).cookies.get("authjs.session-token") ?? "";
    for (const value of ["", "x", "a.b.c.d.e", session]) {
      const window = browser({ cookies: value ? { "foyer-two-step": value } : {} });
      expect(await redirectOf(pass(window, code()))).toBe(startedOver);
      expect(await isIn(window)).toBeNull();
    }
    const step = (await atSecondStep(someone)).cookies.get("foyer-two-step") ?? "";
    expect(await isIn(browser({ cookies: { "authjs.session-token": step } }))).toBeNull();
  });

  test("whichever way somebody comes, no session opens before the factor was shown, nor in a browser whose session has shown it", async () => {
    const someone = await person();
    await withTotp(someone);
    for (const method of ["github", "password", "email"]) {
      await expect(asVisitor({}, () => openSession(someone.id, method))).rejects.toMatchObject({ code: "unauthenticated" });
      const weak = await signedIn(someone);
      await expect(weak.run(() => openSession(someone.id, method))).rejects.toMatchObject({ code: "unauthenticated" });
    }
    const strong = await signedIn(someone);
    await db().session.update({ where: { id: strong.claims.sid }, data: { strong: true } });
    await expect(strong.run(() => openSession(someone.id, "github"))).rejects.toMatchObject({ code: "unauthenticated" });
    // A passkey alone is no second step; nor is what it has shown lent to a password.
    const boss = await signedIn(await admin());
    await db().session.update({ where: { id: boss.claims.sid }, data: { strong: true } });
    expect(await boss.run(() => openSession(boss.claims.sub, "password"))).toMatchObject({ strong: false });
  });

  test("over https the step's cookie has the prefix no neighbour can plant", async () => {
    const someone = await person();
    await withTotp(someone);
    const window = browser({ headers: { "x-forwarded-proto": "https" } });
    await redirectOf(window.run(() => signInWithEmail({ email: someone.email, password: PASSWORD })));
    expect(window.setCookies.find((line) => line.includes("foyer-two-step"))).toMatch(
      /^__Host-foyer-two-step=.*; Path=\/;.*Secure; HttpOnly; SameSite=lax$/i,
    );
  });

  test("bad input of every kind is refused as such, or starts over", async () => {
    for (const { name, input } of hostile(
      { code: "123456", callbackUrl: "/files" },
      { optional: ["callbackUrl"], free: ["callbackUrl", "code"] },
    )) {
      const answer = await asVisitor({}, () => passTwoStep(input as never)).catch(() => "over");
      expect(answer === "over" || (answer as { ok: boolean }).ok === false, name).toBe(true);
    }
  });
});

describe("tickets", () => {
  const redeem = async (ticket: string) => {
    const window = elsewhere();
    const { csrfToken } = await (await window.fetch(handlers.GET, "/api/auth/csrf")).json();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await window.fetch(handlers.POST, "/api/auth/callback/ticket", {
      method: "POST",
      headers,
      body: new URLSearchParams({ csrfToken, ticket }),
    });
    return isIn(window);
  };
  const issue = (userId: string) => db().$transaction((tx) => issueTicket(tx, { userId, method: "passkey", strong: true }));

  test("one ticket is one session, though it is sent twenty times at once", async () => {
    const someone = await person();
    const ticket = await issue(someone.id);
    expect((await Promise.all(Array.from({ length: 20 }, () => redeem(ticket)))).filter(Boolean)).toEqual([someone.id]);
    expect(await sessionsOf(someone.id)).toMatchObject([{ method: "passkey", strong: true }]);
    expect(await redeem(ticket)).toBeNull();
  });

  test("one that is wrong, over, of the wrong kind, or older than a change of password opens nothing", async () => {
    const someone = await person();
    await withTotp(someone);
    for (const ticket of ["", "x", "null", "A".repeat(43), someone.id]) expect(await redeem(ticket)).toBeNull();
    const late = await issue(someone.id);
    await db().token.updateMany({ where: { userId: someone.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await redeem(late)).toBeNull();
    const stale = await issue(someone.id);
    await as(await db().user.findUniqueOrThrow({ where: { id: someone.id } }), () =>
      changePassword({ current: PASSWORD, password: OTHER_PASSWORD }),
    );
    expect(await redeem(stale)).toBeNull();
    const banned = await issue(someone.id);
    await db().user.update({ where: { id: someone.id }, data: { bannedAt: new Date() } });
    expect(await redeem(banned)).toBeNull();
  });

  test("is kept as a hash, and a first step's secret is no ticket", async () => {
    const someone = await person();
    const ticket = await issue(someone.id);
    const rows = await db().token.findMany({ where: { userId: someone.id } });
    expect(JSON.stringify(rows)).not.toContain(ticket);
    expect(rows[0]?.hash).toBe(createHash("sha256").update(ticket).digest("base64url"));
    await db().token.updateMany({ where: { userId: someone.id }, data: { purpose: "TWO_STEP" } });
    expect(await redeem(ticket)).toBeNull();
  });

  test("the way in by ticket is not offered", async () => {
    const { offeredWaysIn } = await import("@/access/identity/sign-in");
    expect(offeredWaysIn().map(({ id }) => id)).toEqual(["credentials"]);
  });
});

describe("turning two-step sign-in on and off", () => {
  test("on with the app's first code: ten codes, the person's other devices out, this session anew and strong", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    const before = here.cookies.get("authjs.session-token");
    const started = await here.run(() => startTotp({}));
    if (!started.ok) throw new Error(started.error.message);
    expect(started.data.secret).toMatch(/^([A-Z2-7]{4} ?){8}$/);
    expect(started.data.qr.path).toMatch(/^(M\d+ \d+h\d+v1h-\d+z)+$/);
    expect((await db().user.findUniqueOrThrow({ where: { id: someone.id } })).secondFactor).toBe(false);
    const first = codeOf(started.data.secret);
    const confirmed = await here.run(() => confirmTotp({ code: first }));
    if (!confirmed.ok) throw new Error(confirmed.error.message);
    expect(new Set(confirmed.data.recoveryCodes).size).toBe(10);
    expect((await db().user.findUniqueOrThrow({ where: { id: someone.id } })).secondFactor).toBe(true);
    expect([await isIn(here), await isIn(there)]).toEqual([someone.id, null]);
    expect(here.cookies.get("authjs.session-token")).not.toBe(before);
    expect((await here.run(currentEntry))?.actor).toMatchObject({ strong: true, secondFactor: true });
    expect(await here.run(async () => getTwoStep(await enter()))).toEqual({ since: expect.any(Date), codesLeft: 10 });
    const used = await pass(await atSecondStep(someone), first).catch(() => "in");
    expect(used, "the code that turned it on is not taken again").toMatchObject({ ok: false });
    expect(await redirectOf(pass(await atSecondStep(someone), confirmed.data.recoveryCodes[9] ?? ""))).toBe("/files");
  });

  test("a wrong first code turns nothing on; starting again makes another secret; one that is on is not replaced", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    expect(await refusal(window.run(() => confirmTotp({ code: "123456" })))).toMatchObject({ code: "conflict" });
    const first = await window.run(() => startTotp({}));
    const second = await window.run(() => startTotp({}));
    if (!first.ok || !second.ok) throw new Error("not started");
    expect(await refusal(window.run(() => confirmTotp({ code: codeOf(first.data.secret) })))).toMatchObject({
      fields: { code: expect.any(String) },
    });
    expect((await db().user.findUniqueOrThrow({ where: { id: someone.id } })).secondFactor).toBe(false);
    expect(await db().recoveryCode.count({ where: { userId: someone.id } })).toBe(0);
    expect(await window.run(() => confirmTotp({ code: codeOf(second.data.secret) }))).toMatchObject({ ok: true });
    expect(await refusal(window.run(() => startTotp({})))).toMatchObject({ code: "conflict" });
  });

  test("off: the codes go, the other devices are out, and the password alone opens it again", async () => {
    const someone = await person();
    await withTotp(someone);
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    expect(await here.run(() => removeTotp({}))).toMatchObject({ ok: true });
    expect([await isIn(here), await isIn(there)]).toEqual([someone.id, null]);
    expect(await db().recoveryCode.count({ where: { userId: someone.id } })).toBe(0);
    expect(await redirectOf(asVisitor({}, () => signInWithEmail({ email: someone.email, password: PASSWORD })))).toBe("/members");
    expect(await refusal(here.run(() => removeTotp({})))).toMatchObject({ code: "not_found" });
    expect((await audits(someone.id)).map(({ action }) => action)).toEqual(["totp.removed", "user.signed_in", "user.signed_in"]);
  });

  test("new recovery codes end the old ones", async () => {
    const someone = await person();
    const { recoveryCodes } = await withTotp(someone, 2);
    const made = await as(someone, () => newRecoveryCodes({}));
    if (!made.ok) throw new Error(made.error.message);
    expect(await refusal(pass(await atSecondStep(someone), recoveryCodes[0] ?? ""))).toMatchObject({ code: "invalid" });
    expect(await redirectOf(pass(await atSecondStep(someone), made.data.recoveryCodes[0] ?? ""))).toBe("/files");
    expect(await refusal(as(await person(), () => newRecoveryCodes({})))).toMatchObject({ code: "conflict" });
  });

  test("each needs a proof of the last ten minutes; a code gives one, in a new strong session; a wrong one is counted", async () => {
    const someone = await person();
    const { code } = await withTotp(someone);
    const window = await signedIn(someone);
    await age(window.claims.sid);
    const acts: (() => Answer)[] = [
      () => startTotp({}),
      () => removeTotp({}),
      () => newRecoveryCodes({}),
      () => confirmTotp({ code: "123456" }),
    ];
    for (const act of acts) {
      expect(await refusal(window.run(act))).toMatchObject({ code: "forbidden" });
    }
    expect(await refusal(window.run(() => confirmWithCode({ code: "000000" })))).toMatchObject({
      code: "invalid",
      fields: { code: expect.any(String) },
    });
    expect(await db().token.findMany({ where: { userId: someone.id } })).toMatchObject([
      { purpose: "TWO_STEP", data: { wrong: 1 }, usedAt: expect.any(Date) },
    ]);
    expect(await window.run(() => confirmWithCode({ code: code() }))).toMatchObject({ ok: true });
    expect((await window.run(currentEntry))?.actor.sid).not.toBe(window.claims.sid);
    expect(await window.run(() => newRecoveryCodes({}))).toMatchObject({ ok: true });
  });

  test("nobody, the unfinished and bad input are refused", async () => {
    const unfinished = await person({ complete: false });
    const acts: (() => Answer)[] = [
      () => startTotp({}),
      () => removeTotp({}),
      () => newRecoveryCodes({}),
      () => confirmTotp({ code: "1" }),
      () => confirmWithCode({ code: "1" }),
    ];
    for (const act of acts) {
      expect(await refusal(asVisitor({}, act))).toMatchObject({ code: "unauthenticated" });
      expect(await refusal(as(unfinished, act))).toMatchObject({ code: "profile_incomplete" });
    }
    const window = await signedIn(await person());
    const empty: ((input: never) => Answer)[] = [startTotp, removeTotp, newRecoveryCodes];
    for (const act of empty)
      for (const { name, input } of hostile({}))
        expect(await refusal(window.run(() => act(input as never))), name).toMatchObject({ code: "invalid" });
  });
});

describe("secrets", () => {
  test("stay out of rows, answers, the audit log and the process's log", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const lines: string[] = [];
    const logger = log();
    vi.spyOn(logger, "error").mockImplementation((...args: unknown[]) => void lines.push(JSON.stringify(args)));
    vi.spyOn(logger, "info").mockImplementation((...args: unknown[]) => void lines.push(JSON.stringify(args)));
    vi.spyOn(logger, "warn").mockImplementation((...args: unknown[]) => void lines.push(JSON.stringify(args)));
    const started = await window.run(() => startTotp({}));
    if (!started.ok) throw new Error("not started");
    const confirmed = await window.run(() => confirmTotp({ code: codeOf(started.data.secret) }));
    if (!confirmed.ok) throw new Error("not confirmed");
    await pass(await atSecondStep(someone), "k7m2x-9qp4d");
    await redirectOf(pass(await atSecondStep(someone), confirmed.data.recoveryCodes[0] ?? ""));
    const secrets = [started.data.secret, started.data.secret.replaceAll(" ", ""), "k7m2x-9qp4d", ...confirmed.data.recoveryCodes];
    const kept = [
      await db().totpFactor.findMany(),
      await db().recoveryCode.findMany(),
      await db().auditEvent.findMany(),
      await db().token.findMany(),
      await window.run(async () => getTwoStep(await enter())),
      lines,
    ].map((rows) => JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? String(value) : value)));
    for (const text of kept) for (const secret of secrets) expect(text).not.toContain(secret);
    vi.restoreAllMocks();
  });

  test("of an older AUTH_SECRET still work, and are sealed with the newest one on the way", async () => {
    const someone = await person();
    const { secret, code } = await withTotp(someone);
    const older = "an-older-secret-only-for-tests-0123456789";
    env().AUTH_SECRETS.push(older);
    const sealed = encrypt(secret, { label: "totp-secret", owner: someone.id }, [older]);
    await db().totpFactor.update({ where: { userId: someone.id }, data: { secret: sealed } });
    expect(await redirectOf(pass(await atSecondStep(someone), code()))).toBe("/files");
    env().AUTH_SECRETS.pop();
    const { secret: now } = await db().totpFactor.findUniqueOrThrow({ where: { userId: someone.id } });
    expect(now).not.toBe(sealed);
    expect(openTotpSecret(now, someone.id)).toBe(secret);
  });

  test("put into another person's row do not open it", async () => {
    const [mine, theirs] = [await person(), await person()];
    const { secret, code } = await withTotp(mine);
    await withTotp(theirs);
    await db().totpFactor.update({ where: { userId: theirs.id }, data: { secret: sealTotpSecret(secret, mine.id) } });
    expect(await refusal(pass(await atSecondStep(theirs), code()))).toMatchObject({ code: "invalid" });
  });
});

describe("an admin", () => {
  test("resets another's factors, which ends their sessions and is remembered; needs a recent proof, and never their own", async () => {
    const [boss, someone] = [await admin(), await person()];
    await withTotp(someone);
    await db().passkey.create({ data: { id: `key-${someone.id}`, userId: someone.id, name: "Phone", publicKey: new Uint8Array([1]) } });
    const theirs = await signedIn(someone);
    const window = await signedIn(boss);
    await age(window.claims.sid);
    expect(await refusal(window.run(() => resetSecondFactors({ userId: someone.id })))).toMatchObject({ code: "forbidden" });
    const fresh = await signedIn(boss);
    expect(await refusal(fresh.run(() => resetSecondFactors({ userId: boss.id })))).toMatchObject({ code: "forbidden" });
    expect(await fresh.run(() => resetSecondFactors({ userId: someone.id }))).toMatchObject({ ok: true });
    expect(await isIn(theirs)).toBeNull();
    expect([
      await db().totpFactor.count({ where: { userId: someone.id } }),
      await db().recoveryCode.count({ where: { userId: someone.id } }),
      await db().passkey.count({ where: { userId: someone.id } }),
    ]).toEqual([0, 0, 0]);
    expect(await redirectOf(asVisitor({}, () => signInWithEmail({ email: someone.email, password: PASSWORD })))).toBe("/members");
    expect((await audits(boss.id)).at(-1)).toMatchObject({
      action: "user.second_factors_reset",
      subjectId: someone.id,
      before: { totp: true, recoveryCodes: 2, passkeys: 1 },
    });
    expect(await refusal(fresh.run(() => resetSecondFactors({ userId: crypto.randomUUID() })))).toMatchObject({ code: "not_found" });
  });

  test("is the only one who may", async () => {
    const [one, other] = [await person(), await person()];
    await withTotp(other);
    expect(await refusal(as(one, () => resetSecondFactors({ userId: other.id })))).toMatchObject({ code: "forbidden" });
    expect(await refusal(asVisitor({}, () => resetSecondFactors({ userId: other.id })))).toMatchObject({ code: "unauthenticated" });
    for (const { name, input } of hostile({ userId: other.id }))
      expect(await refusal(as(one, () => resetSecondFactors(input as never))), name).toMatchObject({ code: "invalid" });
    expect(await db().totpFactor.count({ where: { userId: other.id } })).toBe(1);
  });

  test("has to have a factor and to have shown it where REQUIRE_ADMIN_MFA is on; nobody else does", async () => {
    const [boss, member] = [await admin(), await person()];
    const lacks = async (window: Browser) => window.run(async () => (await enter()).missingFactor);
    expect(await lacks(await signedIn(boss))).toBeNull();
    env().REQUIRE_ADMIN_MFA = true;
    try {
      expect(await lacks(await signedIn(member))).toBeNull();
      expect(await lacks(await signedIn(boss))).toBe("set_up");
      await db().passkey.create({ data: { id: `key-${boss.id}`, userId: boss.id, name: "Phone", publicKey: new Uint8Array([1]) } });
      expect(await lacks(await signedIn(boss))).toBe("show");
      expect(await lacks(await signedIn(boss, { strong: true }))).toBeNull();
      // The password alone must not lead to a factor of its holder's own, and by that to the rights of an admin.
      expect(await (await signedIn(boss)).run(() => startTotp({}))).toMatchObject({ ok: false, error: { code: "forbidden" } });
      await db().passkey.deleteMany({ where: { userId: boss.id } });
      expect(await lacks(await signedIn(boss, { strong: true }))).toBe("set_up");
      await withTotp(boss);
      expect(await lacks(await signedIn(boss, { strong: true }))).toBeNull();
      // Until then they may do what a member may, and are led to where it is mended.
      const weak = await signedIn(boss);
      expect(await redirectOf(weak.run(() => enter("read", "Dashboard")))).toBe("/settings/security");
      expect(await weak.run(() => changeRole({ userId: member.id, role: "ADMIN" }))).toMatchObject({ ok: false });
      expect((await (await signedIn(boss, { strong: true })).run(() => enter("read", "Dashboard"))).missingFactor).toBeNull();
    } finally {
      env().REQUIRE_ADMIN_MFA = undefined;
    }
  });
});
