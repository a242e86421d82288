import bcrypt from "bcryptjs";
import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { currentEntry, currentVisitor } from "@/access/entry";
import { pendingAddress } from "@/access/pending-address";
import { changePassword, register, signInWithEmail } from "@/features/accounts/actions";
import {
  confirmAddress,
  confirmAddressChange,
  requestAddressChange,
  resendVerification,
  revertAddressChange,
} from "@/features/addresses/actions";
import { disownSession, forgotPassword, resetPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { form, hostile } from "./support/hostile";
import { mailsTo, runJobs, tokenTo } from "./support/jobs";
import { PASSWORD, person } from "./support/people";
import { asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";

const OTHER_PASSWORD = "quartz-lantern-meadow-57";
const HOUR_MS = 3_600_000;
let count = 0;
const newEmail = () => `flow.${++count}@example.org`;
const refusal = async (answer: Promise<{ ok: boolean; error?: object }>) => (await answer).error;
const templates = async (address: string) => (await mailsTo(address)).map(({ template }) => template);
const userOf = (email: string) => db().user.findUniqueOrThrow({ where: { email }, include: { password: true, sessions: true } });
const signIn = (window: Browser, email: string, password = PASSWORD) => window.run(() => signInWithEmail({ email, password }));
const actions = async (subjectId: string) =>
  (await db().auditEvent.findMany({ where: { subjectId }, orderBy: [{ at: "asc" }, { id: "asc" }] })).map(({ action }) => action);
/** All mails of now were sent two hours ago. */
const twoHoursLater = () => db().$executeRaw`UPDATE "Mail" SET "createdAt" = "createdAt" - interval '2 hours'`;

/** Somebody who registered in this browser and has not confirmed yet. */
async function registered(window: Browser, { email = newEmail(), callbackUrl = "/" } = {}) {
  expect(await redirectOf(window.run(() => register({ email, password: PASSWORD, callbackUrl })))).toBe("/verify-email");
  await runJobs();
  return { email, token: await tokenTo(email, "verification") };
}

/** A link of this kind in the mailbox of somebody who is known. */
async function resetToken(email: string): Promise<string> {
  await asVisitor({}, () => forgotPassword({ email }));
  await runJobs();
  return tokenTo(email, "reset");
}

describe("register", () => {
  test("makes an unconfirmed account and mails its link; nobody is signed in", async () => {
    const window = browser();
    const { email, token } = await registered(window, { callbackUrl: "/files?x=1" });
    const user = await userOf(email);
    expect(user).toMatchObject({ role: "MEMBER", emailVerified: null, profileComplete: false, sessions: [] });
    expect(await bcrypt.compare(PASSWORD, user.password?.hash ?? "")).toBe(true);
    expect(await window.run(currentEntry)).toBeNull();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await actions(user.id)).toEqual(["user.registered"]);
    expect(await db().token.count({ where: { address: email, userId: null } })).toBe(0);
  });

  test("answers one address alike to the last byte: new, unconfirmed, confirmed, of a provider, banned; none of them is changed", async () => {
    const email = newEmail();
    const states = [
      async () => undefined,
      runJobs,
      () => db().user.update({ where: { email }, data: { emailVerified: new Date() } }),
      () => db().password.deleteMany({ where: { user: { email } } }),
      () => db().user.update({ where: { email }, data: { bannedAt: new Date(), banReason: "x" } }),
    ];
    const answers = [];
    for (const state of states) {
      await state();
      const window = browser();
      const where = await redirectOf(window.run(() => register({ email, password: OTHER_PASSWORD })));
      // The one cookie is sealed: what can be seen of it is its length.
      answers.push([
        where,
        window.setCookies.map((line) => line.replace(/=[^;]*/, ({ length }) => `=${length}`).replace(/Expires=[^;]*/, "")),
      ]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const before = await userOf(email);
    await runJobs();
    expect(await userOf(email)).toEqual(before);
    expect(await templates(email)).toEqual(["verification", "alreadyRegistered"]);
  });

  test("neither this nor asking for a mail looks whether there is an account: both work where no address can be looked up", async () => {
    const known = await person();
    await db().$executeRaw`ALTER TABLE "User" RENAME COLUMN "email" TO "hidden"`;
    await db().$executeRaw`ALTER TABLE "Mail" RENAME TO "Hidden"`;
    try {
      for (const email of [newEmail(), known.email]) {
        const window = browser();
        expect(await redirectOf(window.run(() => register({ email, password: PASSWORD })))).toBe("/verify-email");
        vi.spyOn(Date, "now").mockReturnValue(Date.now() + HOUR_MS / 2);
        expect(await window.run(() => resendVerification({}))).toMatchObject({ ok: true });
        vi.restoreAllMocks();
        expect(await window.run(() => forgotPassword({ email }))).toMatchObject({ ok: true });
      }
    } finally {
      await db().$executeRaw`ALTER TABLE "Hidden" RENAME TO "Mail"`;
      await db().$executeRaw`ALTER TABLE "User" RENAME COLUMN "hidden" TO "email"`;
    }
    await runJobs();
  });

  test("tells the owner of a known address at most once an hour", async () => {
    const { email } = await person();
    for (let index = 0; index < 3; index++) await redirectOf(asVisitor({}, () => register({ email, password: PASSWORD })));
    await runJobs();
    expect(await templates(email)).toEqual(["alreadyRegistered"]);
    await twoHoursLater();
    await redirectOf(asVisitor({}, () => register({ email, password: PASSWORD })));
    await runJobs();
    expect(await templates(email)).toEqual(["alreadyRegistered", "alreadyRegistered"]);
  });

  test("fifty at once of one address make one person, one account and one link", { timeout: 60_000 }, async () => {
    const email = newEmail();
    const spelled = (index: number) => (index % 2 ? email.toUpperCase() : ` ${email}`);
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        asVisitor({}, () => register({ email: spelled(index), password: PASSWORD })).catch(() => null),
      ),
    );
    await Promise.all([runJobs(), runJobs()]);
    expect(await db().user.count({ where: { email } })).toBe(1);
    expect((await templates(email)).sort()).toEqual(["alreadyRegistered", "verification"]);
  });

  test("a registration whose job runs twice makes one account, and one that dies half-way leaves nothing", async () => {
    const email = newEmail();
    await redirectOf(asVisitor({}, () => register({ email, password: PASSWORD })));
    const kept = await db().token.findFirstOrThrow({ where: { address: email } });
    await db().$executeRaw`ALTER TABLE "Mail" ADD CONSTRAINT "broken" CHECK (false) NOT VALID`;
    await expect(runJobs()).rejects.toThrow();
    expect([await db().user.count({ where: { email } }), await db().token.count({ where: { id: kept.id } })]).toEqual([0, 1]);
    await db().$executeRaw`ALTER TABLE "Mail" DROP CONSTRAINT "broken"`;
    const { finishRegistration } = await import("@/features/accounts/changes");
    const job = { registrationId: kept.id, by: { ip: null, userAgent: null, locale: "en" as const } };
    await finishRegistration(job);
    await finishRegistration(job);
    expect(await templates(email)).toEqual(["verification"]);
  });

  test("links are made from AUTH_URL or this machine, whatever the Host says", async () => {
    const window = browser({ headers: { host: "evil.example", "x-forwarded-host": "evil.example" } });
    const { email } = await registered(window);
    const [mail] = await mailsTo(email);
    expect(mail?.url?.origin).toBe("http://localhost:3000");
    expect(JSON.stringify(mail)).not.toContain("evil");
  });

  test("the mail is in the language the person reads", async () => {
    const window = browser({ headers: { "accept-language": "fr" } });
    const { email } = await registered(window);
    expect((await mailsTo(email))[0]?.locale).toBe("fr");
  });
});

describe("confirmAddress", () => {
  test("with the password confirms, signs in and leads where the person was going, by onboarding", async () => {
    const window = browser();
    const { email, token } = await registered(window, { callbackUrl: "/files?x=1" });
    expect(await redirectOf(window.run(() => confirmAddress({ token, password: PASSWORD })))).toBe("/files?x=1");
    const user = await userOf(email);
    expect(user.emailVerified).not.toBeNull();
    expect((await window.run(currentEntry))?.actor).toMatchObject({ userId: user.id, emailVerified: true });
    expect(await redirectOf(window.run(() => enter("read", "User"), { path: "/files?x=1" }))).toBe(
      "/onboarding?callbackUrl=%2Ffiles%3Fx%3D1",
    );
    expect(await templates(email)).toEqual(["verification", "welcome"]);
    expect(await actions(user.id)).toEqual(["user.registered", "user.email_verified"]);
    expect(user.sessions).toMatchObject([{ method: "password", endedAt: null }]);
  });

  test("works as a form, and in another browser", async () => {
    const { token } = await registered(browser());
    expect(await redirectOf(asVisitor({}, () => confirmAddress(null, form({ token, password: PASSWORD }))))).toBe("/members");
  });

  test("by the button alone for whoever is signed in as that person, and for nobody else", async () => {
    const window = browser();
    const { email, token } = await registered(window);
    await redirectOf(signIn(window, email));
    expect(await redirectOf(window.run(() => enter("read", "User")))).toBe("/onboarding?callbackUrl=%2F");
    const other = await signedIn(await person());
    expect(await refusal(other.run(() => confirmAddress({ token })))).toMatchObject({
      code: "invalid",
      fields: { password: expect.any(String) },
    });
    expect(await redirectOf(window.run(() => confirmAddress({ token })))).toBe("/members");
    expect((await window.run(currentEntry))?.actor.emailVerified).toBe(true);
  });

  test("the mailbox alone does not open what a stranger registered: a wrong or no password confirms nothing", async () => {
    const { email, token } = await registered(browser());
    for (const password of [undefined, "", OTHER_PASSWORD])
      expect(await refusal(asVisitor({}, () => confirmAddress({ token, password })))).toMatchObject({
        code: "invalid",
        fields: { password: expect.any(String) },
      });
    expect((await userOf(email)).emailVerified).toBeNull();
    expect(await redirectOf(asVisitor({}, () => confirmAddress({ token, password: PASSWORD })))).toBe("/members");
  });

  test("twenty at once: one confirms", { timeout: 60_000 }, async () => {
    const { email, token } = await registered(browser());
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        browser()
          .run(() => confirmAddress({ token, password: PASSWORD }))
          .then(
            (answer) => (answer.ok ? "ok" : answer.error.code),
            () => "redirected",
          ),
      ),
    );
    expect(answers.filter((answer) => answer === "redirected")).toHaveLength(1);
    expect((await actions((await userOf(email)).id)).filter((action) => action === "user.email_verified")).toHaveLength(1);
  });

  test("a banned person learns it only with the right password, and confirms nothing", async () => {
    const { email, token } = await registered(browser());
    await db().user.update({ where: { email }, data: { bannedAt: new Date(), banReason: "spam" } });
    expect(await refusal(asVisitor({}, () => confirmAddress({ token, password: OTHER_PASSWORD })))).toMatchObject({ code: "invalid" });
    expect(await refusal(asVisitor({}, () => confirmAddress({ token, password: PASSWORD })))).toMatchObject({ code: "forbidden" });
    expect((await userOf(email)).emailVerified).toBeNull();
  });
});

describe("resendVerification", () => {
  test("sends another link, after which the first is dead; then only after a while, and slower", async () => {
    const window = browser();
    const { email, token } = await registered(window);
    const again = () => window.run(() => resendVerification({}));
    expect(await refusal(again())).toMatchObject({ code: "rate_limited", message: expect.stringMatching(/Wait \d+ more seconds/) });
    const waits = [];
    for (let mails = 1; mails < 4; mails++) {
      const pending = await window.run(async () => pendingAddress(await currentVisitor()));
      waits.push(pending?.wait);
      expect(pending).toMatchObject({ address: email, mails });
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + (pending?.wait ?? 0) * 1000);
      expect(await again()).toMatchObject({ ok: true });
    }
    vi.restoreAllMocks();
    expect(waits).toEqual([30, 60, 120]);
    await runJobs();
    expect(await templates(email)).toEqual(["verification", "verification", "verification", "verification"]);
    expect(await refusal(asVisitor({}, () => confirmAddress({ token, password: PASSWORD })))).toMatchObject({ code: "invalid" });
    const last = await tokenTo(email, "verification");
    expect(await redirectOf(asVisitor({}, () => confirmAddress({ token: last, password: PASSWORD })))).toBe("/members");
  });

  test("says the same to who typed a known address, and keeps to five an hour", async () => {
    const known = await person();
    const window = browser();
    await redirectOf(window.run(() => register({ email: known.email, password: PASSWORD })));
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + HOUR_MS / 2);
    expect(await window.run(() => resendVerification({}))).toMatchObject({ ok: true });
    vi.restoreAllMocks();
    await runJobs();
    expect(await templates(known.email)).toEqual(["alreadyRegistered"]);
    const waiting = await person({ emailVerified: null, complete: false });
    for (let index = 0; index < 8; index++) await (await signedIn(waiting)).run(() => resendVerification({}));
    await runJobs();
    expect(await templates(waiting.email)).toHaveLength(5);
  });

  test("without anything to wait for there is nothing to send", async () => {
    expect(await refusal(asVisitor({}, () => resendVerification({})))).toMatchObject({ code: "invalid" });
    for (const { name, input } of hostile({}))
      expect(await refusal(asVisitor({}, () => resendVerification(input as never))), name).toMatchObject({ code: "invalid" });
  });
});

describe("forgotPassword and resetPassword", () => {
  test("answers known, unknown, unconfirmed, of a provider and banned alike, and mails whoever has an account", async () => {
    const people = [
      await person(),
      await person({ emailVerified: null, complete: false }),
      await person({ password: null }),
      await person({ bannedAt: new Date() }),
    ];
    const answers = [];
    for (const email of ["nobody@example.org", ...people.map((one) => one.email)]) {
      const window = browser();
      const answer = await window.run(() => forgotPassword({ email }));
      answers.push(JSON.stringify([answer, window.setCookies]).replace(email, "x"));
    }
    expect(new Set(answers).size).toBe(1);
    await runJobs();
    for (const one of people) expect(await templates(one.email)).toEqual(["reset"]);
    expect(await templates("nobody@example.org")).toEqual([]);
  });

  test("sends three an hour at most, and only the last link works", async () => {
    const { email } = await person();
    for (let index = 0; index < 5; index++) await asVisitor({}, () => forgotPassword({ email }));
    await runJobs();
    const sent = await mailsTo(email);
    expect(sent).toHaveLength(3);
    const reset = (token: string) => asVisitor({}, () => resetPassword({ token, password: OTHER_PASSWORD }));
    expect(await refusal(reset(sent[0]?.token ?? ""))).toMatchObject({ code: "invalid" });
    expect(await redirectOf(reset(sent[2]?.token ?? ""))).toBe("/login?notice=password_reset");
  });

  test("sets the password, confirms the address, ends every session and every other link, and tells the person", async () => {
    const someone = await person({ mustChangePassword: true });
    const [one, two] = [await signedIn(someone), await signedIn(someone)];
    const token = await resetToken(someone.email);
    await db().token.create({
      data: { purpose: "MAGIC_LINK", userId: someone.id, address: someone.email, hash: "x", expiresAt: new Date(Date.now() + HOUR_MS) },
    });
    expect(await redirectOf(one.run(() => resetPassword({ token, password: OTHER_PASSWORD })))).toBe("/login?notice=password_reset");
    expect([await one.run(currentEntry), await two.run(currentEntry)]).toEqual([null, null]);
    const user = await userOf(someone.email);
    expect(user).toMatchObject({ epoch: someone.epoch + 1, mustChangePassword: false });
    expect(await db().token.count({ where: { userId: someone.id, usedAt: null } })).toBe(0);
    expect(await templates(someone.email)).toEqual(["reset", "passwordChanged"]);
    expect(await actions(someone.id)).toEqual(["user.reset_sent", "user.password_reset"]);
    expect(await refusal(signIn(browser(), someone.email))).toMatchObject({ code: "unauthenticated" });
    expect(await redirectOf(signIn(browser(), someone.email, OTHER_PASSWORD))).toBe("/members");
  });

  test("an address registered by a stranger goes to whoever reads its mailbox, and the stranger keeps nothing", async () => {
    const stranger = browser();
    const { email, token: unused } = await registered(stranger);
    await redirectOf(signIn(stranger, email));
    const { id } = await userOf(email);
    await db().account.create({ data: { userId: id, type: "oauth", provider: "github", providerAccountId: "stranger" } });
    await db().totpFactor.create({ data: { userId: id, secret: "x", confirmedAt: new Date() } });
    await db().user.update({ where: { id }, data: { secondFactor: true } });
    const token = await resetToken(email);
    expect(await redirectOf(asVisitor({}, () => resetPassword({ token, password: OTHER_PASSWORD })))).toBe("/login?notice=password_reset");
    expect(await userOf(email)).toMatchObject({ emailVerified: expect.any(Date), secondFactor: false });
    expect(await stranger.run(currentEntry)).toBeNull();
    expect([await db().account.count({ where: { userId: id } }), await db().totpFactor.count({ where: { userId: id } })]).toEqual([0, 0]);
    expect(await refusal(signIn(stranger, email))).toMatchObject({ code: "unauthenticated" });
    expect(await refusal(asVisitor({}, () => confirmAddress({ token: unused, password: OTHER_PASSWORD })))).toMatchObject({
      code: "invalid",
    });
  });

  test("sets a first password for somebody who came by a provider, whose provider stays", async () => {
    const someone = await person({ password: null });
    await db().account.create({ data: { userId: someone.id, type: "oauth", provider: "github", providerAccountId: someone.id } });
    await redirectOf(asVisitor({}, async () => resetPassword({ token: await resetToken(someone.email), password: OTHER_PASSWORD })));
    expect(await db().account.count({ where: { userId: someone.id } })).toBe(1);
    expect(await redirectOf(signIn(browser(), someone.email, OTHER_PASSWORD))).toBe("/members");
  });

  test("a banned person may choose a password and is still not let in", async () => {
    const someone = await person({ bannedAt: new Date(), banReason: "x" });
    await redirectOf(asVisitor({}, async () => resetPassword({ token: await resetToken(someone.email), password: OTHER_PASSWORD })));
    expect(await refusal(signIn(browser(), someone.email, OTHER_PASSWORD))).toMatchObject({ code: "forbidden" });
  });

  test("twenty at once: one sets its password", { timeout: 60_000 }, async () => {
    const someone = await person();
    const token = await resetToken(someone.email);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        browser()
          .run(() => resetPassword({ token, password: `${OTHER_PASSWORD}-${index}` }))
          .then(
            (answer) => (answer.ok ? "ok" : answer.error.code),
            () => "redirected",
          ),
      ),
    );
    expect(answers.filter((answer) => answer === "redirected")).toHaveLength(1);
    expect(answers.filter((answer) => answer === "invalid")).toHaveLength(19);
    expect(await templates(someone.email)).toEqual(["reset", "passwordChanged"]);
  });

  test("takes the same passwords as registration, and a refused one leaves the link good", async () => {
    const someone = await person();
    const token = await resetToken(someone.email);
    for (const password of [
      "short",
      "password1234",
      "foyerfoyerfoyer",
      someone.email.split("@")[0] ?? "",
      `${OTHER_PASSWORD}${"é".repeat(30)}`,
    ])
      expect(await refusal(asVisitor({}, () => resetPassword({ token, password }))), password).toMatchObject({
        code: "invalid",
        fields: { password: expect.any(String) },
      });
    expect(await redirectOf(asVisitor({}, () => resetPassword({ token, password: OTHER_PASSWORD })))).toBe("/login?notice=password_reset");
  });

  test("bad input of every kind is refused as such", async () => {
    for (const { name, input } of hostile({ email: "a@example.org" }))
      expect(await refusal(asVisitor({}, () => forgotPassword(input as never))), name).toMatchObject({ code: "invalid" });
    for (const { name, input } of hostile({ token: "x".repeat(43), password: OTHER_PASSWORD }))
      expect(await refusal(asVisitor({}, () => resetPassword(input as never))), name).toMatchObject({ code: "invalid" });
  });
});

describe("a link", () => {
  /** How one comes by a link, and what uses it. */
  type Kind = { issue(): Promise<{ id: string; email: string; token: string }>; use(token: string): Promise<unknown> };
  const CHANGE_EMAIL: Kind = {
    issue: async () => {
      const [someone, email] = [await person(), newEmail()];
      expect(await (await signedIn(someone)).run(() => requestAddressChange({ email }))).toMatchObject({ ok: true });
      return { ...someone, token: await tokenTo(email, "emailChange") };
    },
    use: (token) => asVisitor({}, () => confirmAddressChange({ token, password: PASSWORD })),
  };
  const KINDS: Record<string, Kind> = {
    VERIFY_EMAIL: {
      issue: async () => {
        const made = await registered(browser());
        return { ...made, id: (await userOf(made.email)).id };
      },
      use: (token) => asVisitor({}, () => confirmAddress({ token, password: PASSWORD })),
    },
    RESET_PASSWORD: {
      issue: async () => {
        const someone = await person();
        return { ...someone, token: await resetToken(someone.email) };
      },
      use: (token) => asVisitor({}, () => resetPassword({ token, password: OTHER_PASSWORD })),
    },
    CHANGE_EMAIL,
    REVERT_EMAIL: {
      issue: async () => {
        const { id, email, token } = await CHANGE_EMAIL.issue();
        await redirectOf(CHANGE_EMAIL.use(token));
        return { id, email, token: await tokenTo(email, "emailChanged") };
      },
      use: (token) => asVisitor({}, () => revertAddressChange({ token })),
    },
    END_SESSION: {
      issue: async () => {
        const someone = await person();
        await redirectOf(signIn(browser(), someone.email));
        await redirectOf(signIn(browser(), someone.email));
        return { ...someone, token: await tokenTo(someone.email, "newDevice") };
      },
      use: (token) => asVisitor({}, () => disownSession({ token })),
    },
  };

  const kindOf = (purpose: string) => KINDS[purpose] ?? CHANGE_EMAIL;

  test.each(Object.keys(KINDS))("%s is kept as a hash, works once, and opens nothing else", async (purpose) => {
    const kind = kindOf(purpose);
    const { token } = await kind.issue();
    expect(JSON.stringify(await db().token.findMany())).not.toContain(token);
    for (const [other, { use }] of Object.entries(KINDS))
      if (other !== purpose) expect(await use(token), other).toMatchObject({ ok: false, error: { code: "invalid" } });
    await redirectOf(kind.use(token));
    expect(await kind.use(token)).toMatchObject({ ok: false, error: { message: expect.stringMatching(/expired/) } });
  });

  test.each(Object.keys(KINDS))("%s is dead after its time", async (purpose) => {
    const { id, token } = await kindOf(purpose).issue();
    await db().token.updateMany({ where: { userId: id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await kindOf(purpose).use(token)).toMatchObject({ ok: false, error: { code: "invalid" } });
  });

  test.each(["VERIFY_EMAIL", "RESET_PASSWORD", "CHANGE_EMAIL"])("%s is dead after a change of password", async (purpose) => {
    const { id, token } = await kindOf(purpose).issue();
    expect(await (await signedIn({ id })).run(() => changePassword({ current: PASSWORD, password: OTHER_PASSWORD }))).toMatchObject({
      ok: true,
    });
    expect(await kindOf(purpose).use(token)).toMatchObject({ ok: false, error: { code: "invalid" } });
  });

  test.each(["VERIFY_EMAIL", "RESET_PASSWORD", "CHANGE_EMAIL", "END_SESSION"])(
    "%s is dead once the account has another address",
    async (purpose) => {
      const { id, token } = await kindOf(purpose).issue();
      await db().user.update({ where: { id }, data: { email: newEmail() } });
      expect(await kindOf(purpose).use(token)).toMatchObject({ ok: false, error: { code: "invalid" } });
    },
  );

  test.each(["REVERT_EMAIL", "END_SESSION"])(
    "%s outlives what a thief does: a change of password and another such link",
    async (purpose) => {
      const { id, token } = await kindOf(purpose).issue();
      await (await signedIn({ id })).run(() => changePassword({ current: PASSWORD, password: OTHER_PASSWORD }));
      await redirectOf(kindOf(purpose).use(token));
      expect(await db().password.count({ where: { userId: id } })).toBe(0);
    },
  );

  test.each(Object.keys(KINDS))("%s that is no link at all is refused as one that expired", async (purpose) => {
    for (const token of ["", "x", "x".repeat(43), "../../", "%00"])
      expect(await kindOf(purpose).use(token), token).toMatchObject({ ok: false, error: { code: "invalid" } });
  });
});

describe("change of address", () => {
  const asked = async (window: Browser, email: string) =>
    expect(await window.run(() => requestAddressChange({ email }))).toMatchObject({ ok: true, data: { email } });

  test("changes nothing before it is confirmed; then signs out the others, and tells the old address", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    const email = newEmail();
    await asked(here, ` ${email.toUpperCase()}`.trim().toLowerCase());
    expect((await here.run(currentEntry))?.actor.email).toBe(someone.email);
    const token = await tokenTo(email, "emailChange");
    expect(await redirectOf(here.run(() => confirmAddressChange({ token })))).toBe("/settings/security?notice=address_changed_here");
    expect((await here.run(currentEntry))?.actor).toMatchObject({ email, emailVerified: true });
    expect(await there.run(currentEntry)).toBeNull();
    expect(await templates(someone.email)).toEqual(["emailChanged"]);
    expect(await redirectOf(signIn(browser(), email))).toBe("/members");
    expect(await refusal(signIn(browser(), someone.email))).toMatchObject({ code: "unauthenticated" });
  });

  test("needs a proof of the last ten minutes, or the password", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    await db().session.updateMany({ where: { userId: someone.id }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
    const email = newEmail();
    expect(await refusal(window.run(() => requestAddressChange({ email })))).toMatchObject({ code: "forbidden" });
    expect(await refusal(window.run(() => requestAddressChange({ email, password: OTHER_PASSWORD })))).toMatchObject({
      fields: { password: expect.any(String) },
    });
    expect(await window.run(() => requestAddressChange({ email, password: PASSWORD }))).toMatchObject({ ok: true });
    expect(await refusal(asVisitor({}, () => requestAddressChange({ email })))).toMatchObject({ code: "unauthenticated" });
    expect(await templates(email)).toEqual(["emailChange"]);
  });

  test("the new mailbox alone does not confirm it: an address is not put on somebody by a stranger", async () => {
    const [member, email] = [await person(), newEmail()];
    await asked(await signedIn(member), email);
    const token = await tokenTo(email, "emailChange");
    expect(await refusal(asVisitor({}, () => confirmAddressChange({ token })))).toMatchObject({ fields: { password: expect.any(String) } });
    expect(await redirectOf(asVisitor({}, () => confirmAddressChange({ token, password: PASSWORD })))).toBe(
      "/login?notice=address_changed",
    );
  });

  test("a taken address is answered alike, and its owner told; the same one is said to be", async () => {
    const [someone, other] = [await person(), await person()];
    await asked(await signedIn(someone), other.email);
    expect(await templates(other.email)).toEqual(["alreadyRegistered"]);
    expect(await refusal((await signedIn(someone)).run(() => requestAddressChange({ email: someone.email })))).toMatchObject({
      fields: { email: expect.any(String) },
    });
  });

  test("taken between the mail and the button is a conflict, and everybody keeps their own", async () => {
    const [someone, email] = [await person(), newEmail()];
    const window = await signedIn(someone);
    await asked(window, email);
    const other = await person({ email });
    const token = await tokenTo(email, "emailChange");
    expect(await refusal(window.run(() => confirmAddressChange({ token })))).toMatchObject({ code: "conflict" });
    expect([(await userOf(email)).id, (await userOf(someone.email)).id]).toEqual([other.id, someone.id]);
  });

  test("five an hour", async () => {
    const window = await signedIn(await person());
    for (let index = 0; index < 5; index++) await asked(window, newEmail());
    expect(await refusal(window.run(() => requestAddressChange({ email: newEmail() })))).toMatchObject({ code: "rate_limited" });
  });

  test("somebody who has not confirmed may correct theirs; the address nobody confirmed is told nothing", async () => {
    const window = browser();
    const { email: wrong } = await registered(window);
    await redirectOf(signIn(window, wrong));
    const email = newEmail();
    await asked(window, email);
    const token = await tokenTo(email, "emailChange");
    await redirectOf(window.run(() => confirmAddressChange({ token })));
    expect((await window.run(currentEntry))?.actor).toMatchObject({ email, emailVerified: true });
    expect(await templates(wrong)).toEqual(["verification"]);
  });

  test("the old address takes it back: sessions, password and what was added since are gone, and a reset is mailed", async () => {
    const someone = await person();
    const thief = await signedIn(someone);
    const email = newEmail();
    await asked(thief, email);
    await redirectOf(thief.run(async () => confirmAddressChange({ token: await tokenTo(email, "emailChange") })));
    await thief.run(() => changePassword({ current: PASSWORD, password: OTHER_PASSWORD }));
    await db().passkey.create({ data: { id: someone.id, userId: someone.id, name: "thief", publicKey: Buffer.from("x") } });
    // And on, to a third one, and somebody squats on the first meanwhile.
    const third = newEmail();
    await asked(thief, third);
    await redirectOf(thief.run(async () => confirmAddressChange({ token: await tokenTo(third, "emailChange") })));
    await person({ email: someone.email, emailVerified: null, complete: false });
    const thiefsWayBack = await tokenTo(email, "emailChanged");

    const token = await tokenTo(someone.email, "emailChanged");
    expect(await redirectOf(asVisitor({}, () => revertAddressChange({ token })))).toBe("/login?notice=address_restored");
    const user = await userOf(someone.email);
    expect([user.id, user.password, await db().passkey.count({ where: { userId: user.id } })]).toEqual([someone.id, null, 0]);
    expect(await thief.run(currentEntry)).toBeNull();
    expect(await refusal(asVisitor({}, () => revertAddressChange({ token: thiefsWayBack })))).toMatchObject({ code: "invalid" });
    const reset = await tokenTo(someone.email, "reset");
    await redirectOf(asVisitor({}, () => resetPassword({ token: reset, password: "tundra-marble-oboe-41" })));
    expect(await redirectOf(signIn(browser(), someone.email, "tundra-marble-oboe-41"))).toBe("/members");
  });

  test("bad input of every kind is refused as such", async () => {
    const window = await signedIn(await person());
    for (const { name, input } of hostile({ email: "new@example.org", password: PASSWORD }, { optional: ["password"] }))
      expect(await refusal(window.run(() => requestAddressChange(input as never))), name).toMatchObject({ code: "invalid" });
  });
});

describe("a new device", () => {
  test("is told by mail at the second browser, not at the first, nor when one comes back", async () => {
    const someone = await person();
    const [one, two] = [browser(), browser({ headers: { "user-agent": CHROME } })];
    await redirectOf(signIn(one, someone.email));
    await redirectOf(signIn(one, someone.email));
    expect(await templates(someone.email)).toEqual([]);
    await redirectOf(signIn(two, someone.email));
    await redirectOf(signIn(two, someone.email));
    const mails = await mailsTo(someone.email);
    expect(mails).toMatchObject([
      { template: "newDevice", props: { browser: "Chrome 140 on Windows" }, url: expect.objectContaining({ pathname: "/not-me" }) },
    ]);
  });

  test("“this was not me” ends every session, voids the password, and mails a reset", async () => {
    const someone = await person();
    const [own, thief] = [browser(), browser()];
    await redirectOf(signIn(own, someone.email));
    await redirectOf(signIn(thief, someone.email));
    const token = await tokenTo(someone.email, "newDevice");
    expect(await redirectOf(asVisitor({}, () => disownSession({ token })))).toBe("/login?notice=session_disowned");
    expect([await own.run(currentEntry), await thief.run(currentEntry)]).toEqual([null, null]);
    expect(await refusal(signIn(thief, someone.email))).toMatchObject({ code: "unauthenticated" });
    expect(await userOf(someone.email)).toMatchObject({ epoch: someone.epoch + 1, password: null });
    const reset = await tokenTo(someone.email, "reset");
    await redirectOf(own.run(() => resetPassword({ token: reset, password: OTHER_PASSWORD })));
    expect(await redirectOf(signIn(own, someone.email, OTHER_PASSWORD))).toBe("/members");
  });

  test("a change of password is told by mail", async () => {
    const someone = await person();
    await (await signedIn(someone)).run(() => changePassword({ current: PASSWORD, password: OTHER_PASSWORD }));
    expect(await templates(someone.email)).toEqual(["passwordChanged"]);
  });
});

const CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
