import bcrypt from "bcryptjs";
import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { currentEntry, currentVisitor } from "@/access/entry";
import { pendingAddress } from "@/access/identity/pending-address";
import { register } from "@/features/accounts/actions";
import { confirmAddress, resendVerification } from "@/features/addresses/actions";
import { forgotPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { form, hostile } from "./support/hostile";
import { mailsTo, runJobs, tokenTo } from "./support/jobs";
import { actions, newEmail, OTHER_PASSWORD, refusal, registered, signIn, templates, userOf } from "./support/mail-flows";
import { PASSWORD, person } from "./support/people";
import { asVisitor, browser, redirectOf, signedIn } from "./support/request";

const HOUR_MS = 3_600_000;
/** All mails of now were sent two hours ago. */
const twoHoursLater = () => db().$executeRaw`UPDATE "Mail" SET "createdAt" = "createdAt" - interval '2 hours'`;

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
    // It stands still but for what is waited below.
    vi.spyOn(Date, "now").mockReturnValue(Date.now());
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
