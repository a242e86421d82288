import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { currentEntry } from "@/access/entry";
import { openLink } from "@/access/identity/account-links";
import { sealTotpSecret } from "@/access/identity/second-factor";
import { offeredWaysIn } from "@/access/identity/sign-in";
import { handlers } from "@/auth";
import { changePassword } from "@/features/accounts/actions";
import { askMagicLink, signInByLink } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { newTotpSecret } from "@/lib/totp";
import authConfig from "../auth.config";
import { hostile } from "./support/hostile";
import { mailsTo, runJobs, tokenTo } from "./support/jobs";
import { admin, PASSWORD, person } from "./support/people";
import { asVisitor, browser, redirectOf, signedIn } from "./support/request";

/** What a developer adds to auth.config.ts. */
const ENTRY = { id: "email", name: "Email", type: "email" as const };
const providers = authConfig.providers as unknown[];

beforeEach(() => void providers.push(ENTRY));
afterEach(() => void providers.splice(providers.indexOf(ENTRY), providers.includes(ENTRY) ? 1 : 0));

const ask = (email: string, callbackUrl = "/files") => asVisitor({}, () => askMagicLink({ email, callbackUrl }));

async function linkTo(email: string): Promise<string> {
  await ask(email);
  await runJobs();
  return tokenTo(email, "magicLink");
}

describe("sign-in by a link in the mail", () => {
  test("signs in once, where the person was going, by a page that changes nothing when it is looked at", async () => {
    const someone = await person();
    const token = await linkTo(someone.email);
    for (let look = 0; look < 3; look++) expect((await openLink("MAGIC_LINK", token))?.userId).toBe(someone.id);
    const window = browser();
    expect(await redirectOf(window.run(() => signInByLink({ token })))).toBe("/files");
    const entry = await window.run(currentEntry);
    expect(entry?.actor).toMatchObject({ userId: someone.id, strong: false });
    expect(await db().session.findUnique({ where: { id: entry?.actor.sid ?? "" } })).toMatchObject({ method: "email" });
    expect(await asVisitor({}, () => signInByLink({ token }))).toMatchObject({ ok: false, error: { code: "invalid" } });
  });

  test("Auth.js's own routes know nothing of it: no mail, no token and no session come of them", async () => {
    const someone = await person();
    const token = await linkTo(someone.email);
    const before = [await db().mail.count(), await db().token.count()];
    const window = browser();
    const answer = await window.fetch(handlers.GET, "/api/auth/csrf");
    const { csrfToken } = await answer.json();
    const body = new URLSearchParams({ csrfToken, email: someone.email, callbackUrl: "/files" });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    for (const path of ["/api/auth/signin/email", "/api/auth/callback/email", "/api/auth/signin/Email"])
      await window.fetch(handlers.POST, path, { method: "POST", headers, body });
    for (const path of ["/api/auth/callback/email", "/api/auth/verify-request"])
      await window.fetch(handlers.GET, `${path}?${new URLSearchParams({ token, email: someone.email })}`);
    expect([await db().mail.count(), await db().token.count()]).toEqual(before);
    expect(await window.run(currentEntry)).toBeNull();
    expect((await openLink("MAGIC_LINK", token))?.userId).toBe(someone.id);
  });

  test("of twenty uses at once one succeeds", async () => {
    const someone = await person();
    const token = await linkTo(someone.email);
    const ended = await Promise.allSettled(Array.from({ length: 20 }, () => redirectOf(asVisitor({}, () => signInByLink({ token })))));
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await db().session.count({ where: { userId: someone.id } })).toBe(1);
  });

  test("answers the same for every address, and mails only to whom there is an account", async () => {
    const known = await person();
    const states = {
      unknown: "nobody.at.all@example.org",
      known: known.email,
      unverified: (await person({ emailVerified: null })).email,
      provider: (await person({ password: null })).email,
      banned: (await person({ bannedAt: new Date(), banReason: "x" })).email,
      deleted: (await person({ deletedAt: new Date() })).email,
    };
    for (const [state, email] of Object.entries(states)) expect(await ask(email), state).toEqual({ ok: true, data: { email } });
    await runJobs();
    const mailed = await Promise.all(Object.values(states).map(async (email) => (await mailsTo(email)).length));
    expect(mailed).toEqual([0, 1, 1, 1, 1, 0]);
    for (let again = 0; again < 8; again++) await ask(known.email);
    await runJobs();
    expect(await mailsTo(known.email)).toHaveLength(5);
  });

  test("confirms the address, and closes what whoever registered it first had opened", async () => {
    const someone = await person({ emailVerified: null });
    const squatter = await signedIn(someone);
    const token = await linkTo(someone.email);
    const window = browser();
    await redirectOf(window.run(() => signInByLink({ token })));
    expect(await db().password.count({ where: { userId: someone.id } })).toBe(0);
    expect((await mailsTo(someone.email)).map(({ template }) => template)).toEqual(["magicLink", "welcome", "newDevice"]);
    expect(await squatter.run(currentEntry)).toBeNull();
    expect((await window.run(currentEntry))?.actor).toMatchObject({ userId: someone.id, emailVerified: true });
  });

  test("leads to the second step where there is one, and tells a banned person why they stay outside", async () => {
    const careful = await person();
    await db().totpFactor.create({
      data: { userId: careful.id, secret: sealTotpSecret(newTotpSecret(), careful.id), confirmedAt: new Date() },
    });
    await db().user.update({ where: { id: careful.id }, data: { secondFactor: true } });
    const first = await linkTo(careful.email);
    const window = browser();
    expect(await redirectOf(window.run(() => signInByLink({ token: first })))).toMatch(/^\/login\/two-step/);
    expect(await window.run(currentEntry)).toBeNull();
    const banned = await person({ bannedAt: new Date(), banReason: "spam in every room" });
    const second = await linkTo(banned.email);
    const outside = browser();
    expect(await outside.run(() => signInByLink({ token: second }))).toMatchObject({
      ok: false,
      error: { code: "forbidden", message: expect.stringContaining("spam in every room") },
    });
    expect(await outside.run(currentEntry)).toBeNull();
  });

  test("a link is dead after its time, after a newer one, and after a change of password or address", async () => {
    const dead = (token: string) => asVisitor({}, () => signInByLink({ token }));
    const refused = { ok: false, error: { code: "invalid" } };
    const late = await person();
    const overdue = await linkTo(late.email);
    await db().token.updateMany({ where: { userId: late.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await dead(overdue)).toMatchObject(refused);
    const impatient = await person();
    const older = await linkTo(impatient.email);
    await linkTo(impatient.email);
    expect(await dead(older)).toMatchObject(refused);
    const changed = await person();
    const before = await linkTo(changed.email);
    const window = await signedIn(changed);
    expect(await window.run(() => changePassword({ current: PASSWORD, password: "orchid-lantern-quartz-77" }))).toMatchObject({ ok: true });
    expect(await dead(before)).toMatchObject(refused);
    const moved = await person();
    const old = await linkTo(moved.email);
    await db().user.update({ where: { id: moved.id }, data: { email: `new.${moved.email}` } });
    expect(await dead(old)).toMatchObject(refused);
  });

  test("leads nowhere but this site, and takes nothing but what it asks for", async () => {
    const someone = await admin();
    await ask(someone.email, "https://evil.example/");
    await runJobs();
    const token = await tokenTo(someone.email, "magicLink");
    expect(await redirectOf(asVisitor({}, () => signInByLink({ token })))).toBe("/members");
    for (const { name, input } of hostile({ email: someone.email }))
      expect((await asVisitor({}, () => askMagicLink(input as never))).ok, name).toBe(false);
    for (const { name, input } of hostile({ token: "x" }))
      expect((await asVisitor({}, () => signInByLink(input as never))).ok, name).toBe(false);
  });
});

test("where auth.config.ts does not offer it there is nothing to ask and nothing to use, and Auth.js never hears of it", async () => {
  const someone = await person();
  const token = await linkTo(someone.email);
  expect(offeredWaysIn().map(({ id }) => id)).not.toContain("email");
  providers.splice(providers.indexOf(ENTRY), 1);
  expect(await ask(someone.email)).toMatchObject({ ok: false, error: { code: "not_found" } });
  expect(await asVisitor({}, () => signInByLink({ token }))).toMatchObject({ ok: false, error: { code: "not_found" } });
});
