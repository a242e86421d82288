import { describe, expect, test } from "vitest";
import { currentEntry } from "@/access/entry";
import { changePassword } from "@/features/accounts/actions";
import { confirmAddressChange, requestAddressChange, revertAddressChange } from "@/features/addresses/actions";
import { resetPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { hostile } from "./support/hostile";
import { tokenTo } from "./support/jobs";
import { newEmail, OTHER_PASSWORD, refusal, registered, signIn, templates, userOf } from "./support/mail-flows";
import { PASSWORD, person } from "./support/people";
import { asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";

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

  test("keeps the session that asked, also when it has gone on under another id meanwhile", async () => {
    const someone = await person();
    const [asking, successor, there] = [await signedIn(someone), await signedIn(someone), await signedIn(someone)];
    const email = newEmail();
    await asked(asking, email);
    await db().session.update({
      where: { id: asking.claims.sid },
      data: { endedAt: new Date(), successorId: successor.claims.sid },
    });
    const token = await tokenTo(email, "emailChange");
    expect(await redirectOf(asVisitor({}, () => confirmAddressChange({ token, password: PASSWORD })))).toMatch(/^\/login/);
    expect((await successor.run(currentEntry))?.actor).toMatchObject({ email });
    expect(await there.run(currentEntry)).toBeNull();
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
