import { describe, expect, test, vi } from "vitest";
import { currentClaims, currentEntry, currentVisitor } from "@/access/entry";
import { mailSecurityChanged } from "@/access/identity/account-mails";
import { closeSession, openSession } from "@/access/identity/credentials";
import { continueIn } from "@/access/identity/factors";
import { connectAccount, rememberWhoConnects, whoConnects } from "@/access/identity/providers";
import { signInWithTicket } from "@/access/identity/sign-in";
import { type Bound, beginTwoStep, boundTo, issueTicket, passSecondStep } from "@/access/identity/tickets";
import { closeWaysIn, endSessions } from "@/access/identity/ways-in";
import { lockPerson } from "@/access/person-lock";
import { GET } from "@/app/api/auth/[...nextauth]/route";
import { requestDeletion } from "@/features/account-deletion/actions";
import { changePassword, confirmPassword, disconnectAccount, signInWithEmail } from "@/features/accounts/actions";
import { endDevice } from "@/features/devices/actions";
import { renderMail } from "@/features/mail/render";
import { beginPasskeyRegistration, finishPasskeyRegistration, removePasskey } from "@/features/passkeys/actions";
import { resetSecondFactors } from "@/features/people/actions";
import { disownSession } from "@/features/recovery/actions";
import { confirmTotp, confirmWithCode, newRecoveryCodes, passTwoStep, removeTotp, startTotp } from "@/features/second-factors/actions";
import { locales } from "@/i18n/locale";
import { db, type Transaction } from "@/lib/db";
import type { AppError } from "@/lib/errors";
import { readMailContent, type SecurityChange } from "@/lib/mail-props";
import { newOneTimeSecret } from "@/lib/one-time-secret";
import { siteLink } from "@/lib/site-link";
import { hostile } from "./support/hostile";
import { mailsTo } from "./support/jobs";
import { seen, waiting } from "./support/locks";
import { admin, PASSWORD, person } from "./support/people";
import { as, asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";
import { codeOf, withTotp } from "./support/second-factors";
import { softwareAuthenticator } from "./support/software-authenticator";

type Person = Awaited<ReturnType<typeof person>>;
type Change = (window: Browser, someone: Person) => Promise<{ ok: boolean; error?: { code: string; message: string } }>;

const age = (sid: string) => db().session.update({ where: { id: sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
const connect = (userId: string, provider: string) =>
  db().account.create({ data: { userId, type: "oauth", provider, providerAccountId: `${provider}-${userId}` } });
const addKey = (userId: string, id: string) => db().passkey.create({ data: { id, userId, name: "Laptop", publicKey: Buffer.from("x") } });
/** Without the word of a new device: the sessions of these browsers were not opened by a sign-in that left a device cookie. */
const told = async ({ email }: Pick<Person, "email">) =>
  (await mailsTo(email))
    .filter(({ template }) => template !== "newDevice")
    .map(({ template, props }) => (template === "securityChanged" ? props.what : template));

/** A person with a password, GitHub, an app and a passkey: nothing below is their last way in. */
async function equipped() {
  const someone = await person();
  const { id } = someone;
  await connect(id, "github");
  await addKey(id, `key-${id}`);
  await withTotp(someone);
  return someone;
}

/** As auth.ts does when a provider's answer comes back to somebody who is signed in. */
const connectHere: Change = async (window, { id: userId }) => {
  await window.run(() => rememberWhoConnects(userId));
  return window.run(async () => {
    try {
      const connects = await whoConnects();
      const claims = await connectAccount({ userId, type: "oauth", provider: "google", providerAccountId: userId }, connects);
      if (claims && connects) await continueIn(claims, connects);
      return { ok: true };
    } catch (error) {
      return { ok: false, error: error as AppError };
    }
  });
};

const addPasskey: Change = async (window) => {
  const options = await window.run(() => beginPasskeyRegistration({ name: "Laptop" }));
  if (!options.ok) return options;
  return window.run(() => finishPasskeyRegistration({ name: "Phone", response: softwareAuthenticator().create(options.data) }));
};

const turnTotpOn: Change = async (window, { id: userId }) => {
  await db().totpFactor.deleteMany({ where: { userId } });
  await db().user.update({ where: { id: userId }, data: { secondFactor: false } });
  const started = await window.run(() => startTotp({}));
  return started.ok ? window.run(() => confirmTotp({ code: codeOf(started.data.secret) })) : started;
};

/** Where GitHub is offered. */
async function withGitHub(work: () => Promise<void>): Promise<void> {
  for (const name of ["AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET"]) vi.stubEnv(name, "x");
  try {
    await work();
  } finally {
    vi.unstubAllEnvs();
  }
}

const CHANGES: [name: string, mail: string, change: Change][] = [
  ["a provider connected", "providerConnected", connectHere],
  ["a passkey added", "passkeyAdded", addPasskey],
  ["two-step sign-in turned on", "totpOn", turnTotpOn],
  ["a provider disconnected", "providerDisconnected", (window) => window.run(() => disconnectAccount({ provider: "github" }))],
  ["a passkey removed", "passkeyRemoved", (window, { id }) => window.run(() => removePasskey({ id: `key-${id}` }))],
  ["two-step sign-in turned off", "totpOff", (window) => window.run(() => removeTotp({}))],
  ["new recovery codes", "recoveryCodesRenewed", (window) => window.run(() => newRecoveryCodes({}))],
  ["an account to be deleted", "accountDeletion", (window, { email }) => window.run(() => requestDeletion({ address: email }))],
];

describe("every change of the ways in", () => {
  test.each(CHANGES)("%s: needs a proof of the last ten minutes, ends the other sessions, and is told by mail", async (_, mail, change) => {
    await admin();
    const someone = await equipped();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    await age(here.claims.sid);
    expect((await change(here, someone)).error).toMatchObject({ code: "forbidden" });
    expect([await told(someone), (await there.run(currentEntry))?.actor.userId]).toEqual([[], someone.id]);
    const fresh = await signedIn(someone);
    expect(await change(fresh, someone)).toMatchObject({ ok: true });
    expect(await told(someone)).toEqual([mail]);
    expect([await there.run(currentEntry), await here.run(currentEntry)]).toEqual([null, null]);
    expect((await fresh.run(currentEntry))?.actor.userId).toBe(someone.id);
  });

  test("a new password ends the other sessions and is told; the current one is its proof", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    expect((await here.run(() => changePassword({ current: "wrong-password-here", password: "orchid-lantern-quartz-77" }))).ok).toBe(false);
    expect(await here.run(() => changePassword({ current: PASSWORD, password: "orchid-lantern-quartz-77" }))).toMatchObject({ ok: true });
    expect([await told(someone), await there.run(currentEntry)]).toEqual([["passwordChanged"], null]);
  });

  const renewing: [name: string, mail: string, change: Change][] = [
    ...CHANGES.filter(([, mail]) => mail !== "accountDeletion"),
    ["a new password", "", (window) => window.run(() => changePassword({ current: PASSWORD, password: "orchid-lantern-quartz-77" }))],
    ["the password shown again", "", (window) => window.run(() => confirmPassword({ password: PASSWORD }))],
  ];
  test.each(renewing)(
    "%s: a cookie copied before is worthless, and the browser goes on in one session, as the device it was, which ends when it would have",
    async (_, __, change) => {
      const someone = await person();
      const window = browser();
      await redirectOf(window.run(() => signInWithEmail({ email: someone.email, password: PASSWORD })));
      await connect(someone.id, "github");
      await addKey(someone.id, `key-${someone.id}`);
      await db().totpFactor.create({ data: { userId: someone.id, secret: "x", confirmedAt: new Date() } });
      const copy = Object.fromEntries(window.cookies);
      // A sign-in of an hour ago.
      const ends = { createdAt: new Date(Date.now() - 3_600_000), expiresAt: new Date(Date.now() + 3_600_000) };
      await db().session.updateMany({ where: { userId: someone.id }, data: ends });
      const before = await db().session.findFirstOrThrow({ where: { userId: someone.id } });
      expect(await change(window, someone)).toMatchObject({ ok: true });
      expect(await asVisitor({ cookies: copy }, currentEntry)).toBeNull();
      const here = await window.run(currentEntry);
      const open = await db().session.findMany({ where: { userId: someone.id, endedAt: null } });
      expect(open).toMatchObject([{ id: here?.actor.sid, deviceId: before.deviceId, method: before.method, ...ends }]);
      const claims = await window.run(async () => currentClaims(await currentVisitor()));
      const seconds = { began: ends.createdAt, end: ends.expiresAt, exp: ends.expiresAt };
      for (const [name, at] of Object.entries(seconds)) expect(claims).toMatchObject({ [name]: Math.floor(at.getTime() / 1000) });
      expect((await mailsTo(someone.email)).filter(({ template }) => template === "newDevice")).toEqual([]);
    },
  );

  test.each(renewing)("%s that cannot be written changes nothing: not the session, nor its cookie", async (_, __, change) => {
    const someone = await equipped();
    const window = await signedIn(someone);
    const before = new Map(window.cookies);
    const sessions = { select: { id: true, endedAt: true, reauthenticatedAt: true } } as const;
    const select = { epoch: true, password: true, recoveryCodes: true, sessions } as const;
    const kept = () => db().user.findUniqueOrThrow({ where: { id: someone.id }, select });
    const [was, mails] = [await kept(), await told(someone)];
    await db().$executeRaw`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$`;
    await db().$executeRaw`CREATE TRIGGER "refuse" BEFORE INSERT ON "Session" FOR EACH ROW EXECUTE FUNCTION refuse()`;
    const ended = await change(window, someone).finally(() => db().$executeRaw`DROP FUNCTION refuse() CASCADE`);
    expect(ended).toMatchObject({ ok: false });
    expect(window.cookies.get("authjs.session-token")).toBe(before.get("authjs.session-token"));
    expect((await window.run(currentEntry))?.actor.sid).toBe(window.claims.sid);
    expect([await kept(), await told(someone)]).toEqual([was, mails]);
    expect(await change(window, someone)).toMatchObject({ ok: true });
  });

  test.each<[string, string, (tx: Transaction, id: string) => Promise<unknown>, Change]>([
    ["a provider connected", "forbidden", (tx, id) => endSessions(tx, id), connectHere],
    ["the only one, connected", "forbidden", (tx, id) => endSessions(tx, id).then(() => closeWaysIn(tx, [id], new Date(0))), connectHere],
    [
      "a password confirmed",
      "conflict",
      (tx, id) => tx.user.update({ where: { id }, data: { role: "ADMIN" } }),
      (window) => window.run(() => confirmPassword({ password: PASSWORD })),
    ],
  ])("%s while the session ends, or its person's role changes, does nothing: %s", async (_, code, make, change) => {
    const someone = await person();
    const window = await signedIn(someone);
    await seen(window, someone);
    let changing: Promise<unknown> | undefined;
    await db().$transaction(
      async (tx) => {
        await lockPerson(tx, someone.id);
        changing = change(window, someone).catch((error: unknown) => ({ error }));
        await expect.poll(() => waiting(tx)).toBe(1);
        await make(tx, someone.id);
      },
      { timeout: 30_000 },
    );
    expect(await changing).toMatchObject({ error: { code } });
    expect(await db().account.count({ where: { userId: someone.id } })).toBe(0);
    expect(await db().session.count({ where: { userId: someone.id, id: { not: window.claims.sid } } })).toBe(0);
  });

  test("of two proofs at once in one session one renews it, and the other ends nothing", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const copy = browser({ cookies: Object.fromEntries(window.cookies) });
    await seen(window, someone);
    const confirm = (from: Browser) => from.run(() => confirmPassword({ password: PASSWORD }));
    let both: Promise<{ ok: boolean }[]> | undefined;
    await db().$transaction(
      async (tx) => {
        await lockPerson(tx, someone.id);
        both = Promise.all([confirm(window), confirm(copy)]);
        await expect.poll(() => waiting(tx)).toBe(2);
      },
      { timeout: 30_000 },
    );
    const [here, there] = (await both) ?? [];
    expect([here?.ok, there?.ok].sort()).toEqual([false, true]);
    const goesOn = here?.ok ? window : copy;
    expect((await goesOn.run(currentEntry))?.actor.userId).toBe(someone.id);
    expect(await db().session.count({ where: { userId: someone.id, endedAt: null } })).toBe(1);
  });

  test("a session that was renewed is ended by the id that it had, and by a sign-out in another tab", async () => {
    const someone = await person();
    const [laptop, phone] = [await signedIn(someone), await signedIn(someone)];
    expect(await laptop.run(() => confirmPassword({ password: PASSWORD }))).toMatchObject({ ok: true });
    expect(await phone.run(() => endDevice({ id: laptop.claims.sid }))).toMatchObject({ ok: true });
    expect(await laptop.run(currentEntry)).toBeNull();
    // As it is where the sign-out was under way while the session was renewed.
    const next = await signedIn(someone);
    expect(await next.run(() => confirmPassword({ password: PASSWORD }))).toMatchObject({ ok: true });
    await asVisitor({}, () => closeSession(next.claims));
    expect(await next.run(currentEntry)).toBeNull();
  });

  test("what proves nothing lengthens no proof, and makes no session strong", async () => {
    const someone = await equipped();
    const window = await signedIn(someone);
    const provenAt = new Date(Date.now() - 300_000);
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: provenAt } });
    expect(await window.run(() => disconnectAccount({ provider: "github" }))).toMatchObject({ ok: true });
    const open = await db().session.findMany({ where: { userId: someone.id, endedAt: null } });
    expect(open).toMatchObject([{ reauthenticatedAt: provenAt, strong: false }]);
  });

  test("a recovery code used is told, at a sign-in and at a proof", async () => {
    const someone = await person();
    const { recoveryCodes } = await withTotp(someone, 2);
    const [one = "", two = ""] = recoveryCodes;
    const window = browser();
    await redirectOf(window.run(() => signInWithEmail({ email: someone.email, password: PASSWORD })));
    expect((await window.run(() => passTwoStep({ code: "aaaa-bbbb-cccc" }))).ok).toBe(false);
    expect(await told(someone)).toEqual([]);
    await redirectOf(window.run(() => passTwoStep({ code: one })));
    expect(await told(someone)).toEqual(["recoveryCodeUsed"]);
    expect(await window.run(() => confirmWithCode({ code: two }))).toMatchObject({ ok: true });
    expect(await told(someone)).toEqual(["recoveryCodeUsed", "recoveryCodeUsed"]);
  });

  test("factors reset by an admin are told to whose they were, and not to the admin", async () => {
    const [boss, someone] = [await admin(), await equipped()];
    const stale = await signedIn(boss);
    await db().session.update({ where: { id: stale.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 11 * 60_000) } });
    expect(await stale.run(() => resetSecondFactors({ userId: someone.id }))).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await as(boss, () => resetSecondFactors({ userId: someone.id }))).toMatchObject({ ok: true });
    expect([await told(someone), await told(boss)]).toEqual([["factorsReset"], []]);
  });

  test("of two at once in two sessions the second finds its session ended, changes nothing and ends nothing", async () => {
    const someone = await person({ password: null });
    for (const key of ["a", "b", "c"]) await addKey(someone.id, `${key}-${someone.id}`);
    const windows = [await signedIn(someone), await signedIn(someone)];
    const answers = await Promise.all(
      windows.map((window, index) => window.run(() => removePasskey({ id: `${index ? "b" : "a"}-${someone.id}` }))),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const isOpen = await Promise.all(windows.map(async (window) => (await window.run(currentEntry)) !== null));
    expect(isOpen).toEqual(answers.map(({ ok }) => ok));
    expect([await db().passkey.count({ where: { userId: someone.id } }), await told(someone)]).toEqual([2, ["passkeyRemoved"]]);
  });

  const words: Record<SecurityChange, true> = {
    totpOn: true,
    totpOff: true,
    recoveryCodesRenewed: true,
    recoveryCodeUsed: true,
    passkeyAdded: true,
    passkeyRemoved: true,
    providerConnected: true,
    providerDisconnected: true,
    factorsReset: true,
  };
  test.each(locales)("the mail says in %s what changed, when and in which browser, and leads to the security settings", async (locale) => {
    const texts = await Promise.all(
      Object.keys(words).map(async (what) => {
        const props = { when: "2026-03-04T05:06:00.000Z", browser: "Firefox 152", what };
        const { subject, html, text } = await renderMail(readMailContent("securityChanged", props), locale);
        for (const part of [html, text])
          for (const said of [siteLink("/settings/security"), "2026", "05:06", "Firefox 152"]) expect(part).toContain(said);
        return { subject, text };
      }),
    );
    // Four in one inbox are told apart unopened.
    for (const part of ["subject", "text"] as const) expect(new Set(texts.map((said) => said[part])).size).toBe(9);
  });

  test("an address nobody has confirmed is told nothing: it may be a stranger's", async () => {
    const someone = await equipped();
    const window = await signedIn(someone);
    await db().user.update({ where: { id: someone.id }, data: { emailVerified: null } });
    await db().$transaction((tx) => mailSecurityChanged(tx, someone.id, "totpOn", { userAgent: null }));
    expect(await told(someone)).toEqual([]);
    expect((await window.run(() => startTotp({}))).ok).toBe(false);
  });
});

test("whom the door takes for nobody, because the session is too old for their role, may sign in by a provider", async () => {
  const old = await signedIn(await admin(), { began: Math.floor(Date.now() / 1000) - 2 * 24 * 3600 });
  expect(await old.run(currentEntry)).toBeNull();
  expect(await old.run(whoConnects)).toBeNull();
  expect(await (await old.fetch(GET, "/api/auth/session")).json()).toBeNull();
  // Nor does it come back with the role of before.
  expect((await db().session.findUniqueOrThrow({ where: { id: old.claims.sid } })).endedAt).not.toBeNull();
});

describe("disconnectAccount", () => {
  test("never takes the last way in, not even of the last two at once, in one session", async () => {
    await withGitHub(async () => {
      const someone = await person({ password: null });
      await connect(someone.id, "github");
      await addKey(someone.id, `key-${someone.id}`);
      const window = await signedIn(someone);
      const removals: (() => ReturnType<Change>)[] = [
        () => window.run(() => disconnectAccount({ provider: "github" })),
        () => window.run(() => removePasskey({ id: `key-${someone.id}` })),
      ];
      const answers = await Promise.all(removals.map((remove) => remove()));
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      // The session that the second came by had just been renewed; in the new one it is told why.
      const again = await removals[answers.findIndex(({ ok }) => !ok)]?.();
      expect(again?.error).toMatchObject({ code: "conflict", message: expect.stringContaining("last way in") });
      const own = { where: { userId: someone.id } };
      expect((await db().account.count(own)) + (await db().passkey.count(own))).toBe(1);
      // What was refused is not told.
      expect(await told(someone)).toHaveLength(1);
    });
  });

  test("a provider that is not offered here is no way in that remains, and may itself be taken away", async () => {
    await withGitHub(async () => {
      const someone = await person({ password: null });
      for (const provider of ["github", "google"]) await connect(someone.id, provider);
      const window = await signedIn(someone);
      expect((await window.run(() => disconnectAccount({ provider: "github" }))).ok).toBe(false);
      expect(await window.run(() => disconnectAccount({ provider: "google" }))).toMatchObject({ ok: true });
    });
  });

  test("touches one's own only, of everybody: a stranger's and an admin's are not found", async () => {
    const someone = await equipped();
    for (const stranger of [await person(), await admin()])
      expect((await as(stranger, () => disconnectAccount({ provider: "github" }))).ok).toBe(false);
    expect(await db().account.count({ where: { userId: someone.id } })).toBe(1);
    for (const { name, input } of hostile({ provider: "github" }))
      expect((await as(someone, () => disconnectAccount(input as never))).ok, name).toBe(false);
    expect((await asVisitor({}, () => disconnectAccount({ provider: "github" }))).ok).toBe(false);
    expect(await db().account.count({ where: { userId: someone.id } })).toBe(1);
    expect(await as(someone, () => disconnectAccount({ provider: "github" }))).toMatchObject({ ok: true });
    const rows = await db().auditEvent.findMany({ where: { actorId: someone.id, action: "account.disconnected" } });
    expect(rows).toMatchObject([{ subjectId: "github", before: { provider: "github" } }]);
  });
});

describe("a sign-in that is under way", () => {
  const changes: [string, (tx: Transaction, userId: string) => Promise<unknown>][] = [
    ["the password is changed", (tx, userId) => tx.password.update({ where: { userId }, data: { hash: "another" } })],
    ["the password is reset", (tx, userId) => endSessions(tx, userId)],
    ["a second step is turned on", (tx, userId) => tx.user.update({ where: { id: userId }, data: { secondFactor: true } })],
    ["somebody is banned", (tx, userId) => tx.user.update({ where: { id: userId }, data: { bannedAt: new Date() } })],
  ];
  test.each(changes)("opens no session when %s meanwhile", async (_, make) => {
    const { id, email } = await person();
    let signingIn: Promise<unknown> | undefined;
    await db().$transaction(
      async (tx) => {
        await lockPerson(tx, id);
        signingIn = asVisitor({}, () => signInWithEmail({ email, password: PASSWORD }));
        // It has checked the password, and waits to open the session.
        await expect.poll(() => waiting(tx)).toBe(1);
        await make(tx, id);
      },
      { timeout: 30_000 },
    );
    expect(await signingIn).toMatchObject({ ok: false });
    expect(await db().session.count({ where: { userId: id, endedAt: null } })).toBe(0);
  });

  test("in two steps opens none when a way in is taken away between them, or the password while the first was checked", async () => {
    const between = async (change: (own: Browser) => Promise<unknown>, shownFor?: Bound) => {
      const owner = await person();
      const { code } = await withTotp(owner);
      await db().account.create({ data: { userId: owner.id, type: "oauth", provider: "github", providerAccountId: owner.id } });
      const thief = browser();
      expect(await thief.run(() => beginTwoStep(owner.id, "github", { shownFor }))).toBe(true);
      await change(await signedIn(owner));
      expect(await redirectOf(thief.run(() => passTwoStep({ code: code() })))).toMatch(/two_step_over/);
      expect(await thief.run(currentEntry)).toBeNull();
    };
    await between((own) => own.run(() => disconnectAccount({ provider: "github" })));
    await between(async () => undefined, { epoch: 0, password: "of before" });
  });

  test("opens none with the second step shown, when that is turned off before the session begins", async () => {
    const owner = await person();
    const { code } = await withTotp(owner);
    const [thief, own] = [browser(), await signedIn(owner)];
    await thief.run(() => beginTwoStep(owner.id, "password"));
    const ticket = await thief.run(() => passSecondStep(code()));
    expect(await own.run(() => removeTotp({}))).toMatchObject({ ok: true });
    await expect(thief.run(() => signInWithTicket(ticket))).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("opens none with a second step that was shown while the password was changed", async () => {
    const owner = await person();
    const { code } = await withTotp(owner);
    const thief = browser();
    await thief.run(() => beginTwoStep(owner.id, "password"));
    let passing: Promise<string> | undefined;
    await db().$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM "TotpFactor" WHERE "userId" = ${owner.id}::uuid FOR UPDATE`;
        passing = thief.run(() => passSecondStep(code()));
        await expect.poll(() => waiting(tx)).toBe(1);
        await tx.password.update({ where: { userId: owner.id }, data: { hash: "another" } });
      },
      { timeout: 30_000 },
    );
    const ticket = (await passing) ?? "";
    await expect(thief.run(() => signInWithTicket(ticket))).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("in two steps opens none when the password is changed as soon as it was found right", async () => {
    const { id, email } = await person();
    const { code } = await withTotp({ id });
    const thief = browser();
    // A right answer gives back what the guess took: the next thing that is written.
    await db().$executeRawUnsafe(`CREATE FUNCTION overtake() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN UPDATE "Password" SET "hash" = 'another' WHERE "userId" = '${id}'; RETURN NEW; END $$`);
    await db().$executeRaw`CREATE TRIGGER "overtake" BEFORE UPDATE ON "RateLimit" FOR EACH ROW
      WHEN (NEW."points" < OLD."points") EXECUTE FUNCTION overtake()`;
    const signingIn = redirectOf(thief.run(() => signInWithEmail({ email, password: PASSWORD })));
    expect(await signingIn.finally(() => db().$executeRaw`DROP FUNCTION overtake() CASCADE`)).toMatch(/two-step/);
    expect((await db().password.findUniqueOrThrow({ where: { userId: id } })).hash).toBe("another");
    expect(await redirectOf(thief.run(() => passTwoStep({ code: code() })))).toMatch(/two_step_over/);
  });

  test.each(["by the mailbox that was the account's", "in two steps"])(
    "opens none when the address is changed meanwhile: %s",
    async (way) => {
      const owner = await person();
      const shownFor = boundTo({ ...(await db().user.findUniqueOrThrow({ where: { id: owner.id }, include: { password: true } })) });
      const { code } = way === "in two steps" ? await withTotp(owner) : { code: () => "" };
      const thief = browser();
      if (way === "in two steps") await thief.run(() => beginTwoStep(owner.id, "email"));
      const ticket = await db().$transaction((tx) => issueTicket(tx, { userId: owner.id, method: "email", strong: false, shownFor }));
      await db().user.update({ where: { id: owner.id }, data: { email: `moved-${owner.email}` } });
      if (way === "in two steps") expect(await redirectOf(thief.run(() => passTwoStep({ code: code() })))).toMatch(/two_step_over/);
      else await expect(thief.run(() => signInWithTicket(ticket))).rejects.toMatchObject({ code: "unauthenticated" });
      expect(await thief.run(currentEntry)).toBeNull();
    },
  );

  test("is ended with all others by whoever disowns one, however late it begins", async () => {
    const { id, email } = await person();
    const { secret, hash } = newOneTimeSecret();
    const expiresAt = new Date(Date.now() + 60_000);
    await db().token.create({ data: { purpose: "END_SESSION", userId: id, address: email, hash, expiresAt } });
    let ending: Promise<unknown> | undefined;
    await db().$transaction(
      async (tx) => {
        await lockPerson(tx, id);
        ending = redirectOf(asVisitor({}, () => disownSession({ token: secret })));
        await expect.poll(() => waiting(tx)).toBe(1);
        await tx.session.create({ data: { userId: id, method: "password", expiresAt } });
      },
      { timeout: 30_000 },
    );
    expect(await ending).toMatch(/session_disowned/);
    expect(await db().session.count({ where: { userId: id, endedAt: null } })).toBe(0);
  });

  test("opens none when the provider it came by is no way in any more", async () => {
    const { id } = await person();
    const account = { provider: "github", providerAccountId: "4711" };
    await expect(asVisitor({}, () => openSession(id, "github", { account }))).rejects.toMatchObject({ code: "unauthenticated" });
    await db().account.create({ data: { ...account, userId: id, type: "oauth" } });
    expect(await asVisitor({}, () => openSession(id, "github", { account }))).toMatchObject({ sub: id });
  });
});
