import { describe, expect, test } from "vitest";
import { currentEntry } from "@/access/entry";
import { changePassword } from "@/features/accounts/actions";
import { confirmAddress } from "@/features/addresses/actions";
import { disownSession, forgotPassword, resetPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { hostile } from "./support/hostile";
import { mailsTo, runJobs, tokenTo } from "./support/jobs";
import { actions, OTHER_PASSWORD, refusal, registered, resetToken, signIn, templates, userOf } from "./support/mail-flows";
import { PASSWORD, person } from "./support/people";
import { asVisitor, browser, redirectOf, signedIn } from "./support/request";

const HOUR_MS = 3_600_000;
const CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

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
    expect(answers).toContain("invalid");
    // A machine that cannot hash as many in time says that instead.
    expect(answers.filter((answer) => !["redirected", "invalid", "rate_limited"].includes(answer))).toEqual([]);
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
