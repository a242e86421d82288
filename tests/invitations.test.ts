import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { enter, type Result } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { openInvitation } from "@/access/identity/invitations";
import { providerSignUpRefusal, registerFromProvider } from "@/access/identity/providers";
import { register } from "@/features/accounts/actions";
import { acceptInvitation, invite, joinByInvitation, resendInvitation, revokeInvitation } from "@/features/invitations/actions";
import { sweepInvitations } from "@/features/invitations/changes";
import { INVITATIONS_PAGE_SIZE, listInvitations } from "@/features/invitations/queries";
import { invitationsQuerySchema } from "@/features/invitations/schema";
import { banPerson, changeRole, createPerson } from "@/features/people/actions";
import { forgotPassword, resetPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { cursorSchema } from "@/lib/keyset";
import { hashOneTimeSecret } from "@/lib/one-time-secret";
import { hostile } from "./support/hostile";
import { mailsTo, runJobs, tokenTo } from "./support/jobs";
import { actions, newEmail, OTHER_PASSWORD, refusal, signIn, userOf } from "./support/mail-flows";
import { admin, PASSWORD, person } from "./support/people";
import { as, asVisitor, browser, redirectOf, signedIn } from "./support/request";

type Admin = Awaited<ReturnType<typeof admin>>;
let boss: Admin;
const DAY_MS = 86_400_000;
const DEAD = { code: "invalid", message: expect.stringContaining("expired") };

const invitationOf = (email: string) => db().invitation.findFirstOrThrow({ where: { email }, orderBy: { createdAt: "desc" } });
const fill = (token: string, name = "Ada Okafor") => ({ token, name, password: PASSWORD });

/** An address that was invited, and the token of its mail. */
async function invited({ role = "MEMBER", by = boss }: { role?: "MEMBER" | "ADMIN"; by?: Admin } = {}) {
  const email = newEmail();
  expect(await as(by, () => invite({ email, role }))).toMatchObject({ ok: true });
  const { id } = await invitationOf(email);
  return { id, email, token: await tokenTo(email, "invitation") };
}

beforeAll(async () => {
  boss = await admin({ name: "Ines Carvalho" });
  // So that nobody in this file is the last one who could run the place.
  await admin();
});
afterEach(() => Object.assign(env(), { SIGN_UP: "open", SIGN_UP_DOMAINS: [] }));

describe("inviting", () => {
  test("mails a link for a week in the inviter's name, keeps only its hash, and remembers neither address nor name", async () => {
    const { id, email, token } = await invited({ role: "ADMIN" });
    const row = await invitationOf(email);
    expect(row).toMatchObject({ role: "ADMIN", hash: hashOneTimeSecret(token), invitedById: boss.id, acceptedAt: null, revokedAt: null });
    expect(Math.round((row.expiresAt.getTime() - Date.now()) / DAY_MS)).toBe(7);
    const [mail] = await mailsTo(email);
    expect(mail).toMatchObject({ template: "invitation", props: { by: "Ines Carvalho", days: 7 } });
    expect(mail?.url?.pathname).toBe("/invitation");
    const [event] = await db().auditEvent.findMany({ where: { subjectId: id } });
    expect(event).toMatchObject({ action: "invitation.created", actorId: boss.id, subjectType: "Invitation", after: { role: "ADMIN" } });
    expect(JSON.stringify(event)).not.toContain(email);
  });

  test("is for admins: a visitor, a member and hostile input change nothing", async () => {
    const { id } = await invited();
    const count = await db().invitation.count();
    const member = await person();
    const acts: (() => Promise<Result<unknown>>)[] = [
      () => invite({ email: newEmail(), role: "MEMBER" }),
      () => resendInvitation({ id }),
      () => revokeInvitation({ id }),
      () => createPerson({ email: newEmail(), name: "Ada Okafor", role: "MEMBER" }),
    ];
    for (const act of acts) {
      expect(await refusal(asVisitor({}, act))).toMatchObject({ code: "unauthenticated" });
      expect(await refusal(as(member, act))).toMatchObject({ code: "forbidden" });
    }
    const window = await signedIn(boss);
    for (const { name, input } of hostile({ email: newEmail(), role: "MEMBER" }))
      expect((await window.run(() => invite(input as never))).ok, name).toBe(false);
    expect(await refusal(window.run(() => invite({ email: newEmail(), role: "OWNER" as never })))).toMatchObject({ code: "invalid" });
    for (const act of [resendInvitation, revokeInvitation])
      expect(await refusal(window.run(() => act({ id: randomUUID() })))).toMatchObject({ code: "not_found" });
    expect(await db().invitation.count()).toBe(count);
    expect(await db().invitation.findUnique({ where: { id } })).toMatchObject({ revokedAt: null });
  });

  test("somebody who is here, or whose invitation is open, is not invited; ten at once of one address are one", async () => {
    const here = await person();
    expect(await refusal(as(boss, () => invite({ email: here.email, role: "MEMBER" })))).toMatchObject({ code: "conflict" });
    const email = newEmail();
    const answers = await Promise.all(Array.from({ length: 10 }, () => as(boss, () => invite({ email, role: "MEMBER" }))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect([await db().invitation.count({ where: { email } }), (await mailsTo(email)).length]).toEqual([1, 1]);
  });

  test("sending again makes a new link and kills the old one, three mails an hour; revoking kills it at once, and neither is done twice", async () => {
    const { id, email, token } = await invited();
    await db().invitation.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await openInvitation(token)).toBeNull();
    expect(await as(boss, () => resendInvitation({ id }))).toMatchObject({ ok: true });
    const second = await tokenTo(email, "invitation");
    expect([await openInvitation(token), (await openInvitation(second))?.email]).toEqual([null, email]);
    expect(await as(boss, () => resendInvitation({ id }))).toMatchObject({ ok: true });
    const third = await tokenTo(email, "invitation");
    expect(await refusal(as(boss, () => resendInvitation({ id })))).toMatchObject({ code: "rate_limited" });
    // What was refused has not killed the link either.
    expect((await openInvitation(third))?.id).toBe(id);
    expect(await as(boss, () => revokeInvitation({ id }))).toMatchObject({ ok: true });
    expect(await refusal(asVisitor({}, () => acceptInvitation(fill(third))))).toMatchObject(DEAD);
    for (const act of [resendInvitation, revokeInvitation])
      expect(await refusal(as(boss, () => act({ id })))).toMatchObject({ code: "conflict" });
    const made = ["invitation.created", "invitation.resent", "invitation.resent", "invitation.revoked"];
    expect(await actions(id)).toEqual(made);
  });
});

describe("the list", () => {
  const list = (query: object) =>
    as(boss, async () => {
      const entry = await currentEntry();
      if (!entry) throw new Error("signed in");
      return listInvitations(entry, invitationsQuerySchema.parse(query));
    });

  test("is found by part of an address and by what became of it, and tells of no link", async () => {
    const tag = randomUUID().slice(0, 8);
    const made = (state: string, data: object) =>
      db().invitation.create({
        data: { email: `${state}.${tag}@example.org`, hash: randomUUID(), expiresAt: new Date(Date.now() + DAY_MS), ...data },
      });
    await made("pending", { invitedById: boss.id });
    await made("accepted", { acceptedAt: new Date(), expiresAt: new Date(0) });
    await made("revoked", { revokedAt: new Date() });
    await made("expired", { expiresAt: new Date(0) });
    for (const state of ["pending", "accepted", "revoked", "expired"]) {
      const { rows } = await list({ q: tag.toUpperCase(), state });
      expect(rows.map(({ email, state: is }) => [email, is])).toEqual([[`${state}.${tag}@example.org`, state]]);
    }
    const { rows } = await list({ q: tag });
    expect(rows).toHaveLength(4);
    expect(rows.at(-1)?.invitedBy).toEqual({ id: boss.id, name: "Ines Carvalho" });
    expect(JSON.stringify(rows)).not.toContain("hash");
    expect((await list({ q: "%" })).rows).toEqual([]);
    expect((await list({ q: "pe" })).rows.every(({ email }) => email.startsWith("pe"))).toBe(true);
  });

  test("is walked by its cursor: every one once; a member and a visitor see none", async () => {
    const tag = randomUUID().slice(0, 8);
    const total = INVITATIONS_PAGE_SIZE + 3;
    const data = Array.from({ length: total }, (_, index) => ({
      email: `${index}.${tag}@example.org`,
      hash: randomUUID(),
      expiresAt: new Date(),
      // Several of one moment: the id settles it.
      createdAt: new Date(Date.UTC(2026, 1, 1) + Math.floor(index / 4)),
    }));
    await db().invitation.createMany({ data });
    const first = await list({ q: tag });
    const second = await list({ q: tag, cursor: first.next });
    expect([first.rows.length, second.rows.length, second.next]).toEqual([INVITATIONS_PAGE_SIZE, 3, null]);
    expect(new Set([...first.rows, ...second.rows].map(({ id }) => id)).size).toBe(total);
    expect(cursorSchema.safeParse(first.next).success).toBe(true);
    const none = await as(await person(), async () => {
      const entry = await currentEntry();
      return entry && listInvitations(entry, {});
    });
    expect(none?.rows).toEqual([]);
  });
});

describe("accepting, as somebody new", () => {
  test("makes the account with the invited address, confirmed, and the invited role, and signs in; looking at the link changes nothing", async () => {
    const { id, email, token } = await invited({ role: "ADMIN" });
    for (let look = 0; look < 3; look++) expect(await openInvitation(token)).toMatchObject({ email, role: "ADMIN", owner: null });
    const window = browser({ headers: { "accept-language": "fr" } });
    expect(await redirectOf(window.run(() => acceptInvitation(fill(token, " Ada  Okafor "))))).toBe("/members");
    expect((await window.run(currentEntry))?.actor).toMatchObject({ email, role: "ADMIN", emailVerified: true, profileComplete: false });
    const user = await userOf(email);
    expect(user).toMatchObject({ role: "ADMIN", locale: "fr", emailVerified: expect.any(Date) });
    expect(await invitationOf(email)).toMatchObject({ acceptedById: user.id, acceptedAt: expect.any(Date) });
    expect((await mailsTo(email)).map(({ template }) => template)).toEqual(["invitation", "welcome"]);
    expect(await actions(id)).toEqual(["invitation.created", "invitation.accepted"]);
    expect(await actions(user.id)).toEqual(["user.registered", "user.role_changed"]);
    const events = await db().auditEvent.findMany({ where: { subjectId: { in: [id, user.id] } } });
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`${email}|Okafor`));
  });

  test("of fifty at once one makes one account", async () => {
    const { email, token } = await invited();
    const ended = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        redirectOf(asVisitor({ headers: { "x-forwarded-for": `198.51.100.${index}` } }, () => acceptInvitation(fill(token)))),
      ),
    );
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await db().user.count({ where: { email } })).toBe(1);
    expect((await userOf(email)).sessions).toHaveLength(1);
    expect(await db().auditEvent.count({ where: { action: "invitation.accepted", subjectId: (await invitationOf(email)).id } })).toBe(1);
  });

  test("an unknown, used, revoked, replaced and expired link are one answer, and none makes an account", async () => {
    const [used, revoked, replaced, expired] = [await invited(), await invited(), await invited(), await invited()];
    await redirectOf(asVisitor({}, () => acceptInvitation(fill(used.token))));
    await as(boss, () => revokeInvitation({ id: revoked.id }));
    await as(boss, () => resendInvitation({ id: replaced.id }));
    await db().invitation.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    const people = await db().user.count();
    const answers = [];
    for (const token of ["", "x".repeat(43), used.token, revoked.token, replaced.token, expired.token]) {
      expect(await openInvitation(token)).toBeNull();
      answers.push(await asVisitor({}, () => acceptInvitation(fill(token))));
    }
    expect(new Set(answers.map((answer) => JSON.stringify({ ...answer, values: null }))).size).toBe(1);
    expect(answers[0]).toMatchObject({ ok: false, error: DEAD });
    for (const token of [undefined, ["x"], 7, "x".repeat(5_000)]) expect(await openInvitation(token)).toBeNull();
    expect(await db().user.count()).toBe(people);
  });

  test("a weak password, a name that is none and hostile input leave the link as it is", async () => {
    const { token } = await invited();
    expect(await refusal(asVisitor({}, () => acceptInvitation({ ...fill(token), password: "short" })))).toMatchObject({
      fields: { password: expect.any(String) },
    });
    for (const { name, input } of hostile(fill(token)))
      expect((await asVisitor({}, () => acceptInvitation(input as never))).ok, name).toBe(false);
    expect(await openInvitation(token)).not.toBeNull();
  });

  test("whoever registered the address first and never confirmed it keeps nothing of the account", async () => {
    const { email, token } = await invited();
    const squatter = await person({ email, emailVerified: null });
    const theirs = await signedIn(squatter);
    await db().account.create({ data: { userId: squatter.id, type: "oauth", provider: "github", providerAccountId: squatter.id } });
    const window = browser();
    expect(await redirectOf(window.run(() => acceptInvitation({ ...fill(token), password: OTHER_PASSWORD })))).toBe("/members");
    expect(await theirs.run(currentEntry)).toBeNull();
    expect(await db().account.count({ where: { userId: squatter.id } })).toBe(0);
    expect(await refusal(signIn(browser(), email) as never)).toMatchObject({ code: "unauthenticated" });
    expect((await window.run(currentEntry))?.actor).toMatchObject({ userId: squatter.id, emailVerified: true });
  });

  test("an invitation to be an admin is good for as long as its inviter is one", async () => {
    const [demoted, banned] = [await admin(), await admin()];
    const [first, second] = [await invited({ role: "ADMIN", by: demoted }), await invited({ role: "ADMIN", by: banned })];
    const plain = await invited({ by: demoted });
    await as(boss, () => changeRole({ userId: demoted.id, role: "MEMBER" }));
    await as(boss, () => banPerson({ userId: banned.id, reason: "left" }));
    for (const { token } of [first, second]) {
      expect(await openInvitation(token)).toBeNull();
      expect(await refusal(asVisitor({}, () => acceptInvitation(fill(token))))).toMatchObject(DEAD);
    }
    expect(await openInvitation(plain.token)).not.toBeNull();
    // The list says so, by its filter too, and the address may be invited anew.
    const listed = async (state: "pending" | "void") =>
      (await as(boss, async () => listInvitations(await enter(), { state }))).rows.map((row) => [row.id, row.state]);
    expect(await listed("void")).toEqual([second, first].map(({ id }) => [id, "void"]));
    const pending = await listed("pending");
    expect(pending).toContainEqual([plain.id, "pending"]);
    for (const { id } of [first, second]) expect(pending.map(([one]) => one)).not.toContain(id);
    // Of an inviter who is gone nothing vouches either.
    await db().invitation.update({ where: { id: second.id }, data: { invitedById: null } });
    expect(await listed("void")).toHaveLength(2);
    expect(await as(boss, () => invite({ email: second.email, role: "ADMIN" }))).toMatchObject({ ok: true });
    // Whoever sends it again vouches for it.
    await as(boss, () => resendInvitation({ id: first.id }));
    expect(await openInvitation(await tokenTo(first.email, "invitation"))).toMatchObject({ role: "ADMIN" });
  });
});

describe("accepting, as somebody who is here", () => {
  test("they sign in first, and get the role; the link makes no second account and no other password", async () => {
    const { email, token } = await invited({ role: "ADMIN" });
    const member = await person({ email });
    expect(await refusal(asVisitor({}, () => acceptInvitation({ ...fill(token), password: OTHER_PASSWORD })))).toMatchObject({
      code: "conflict",
    });
    expect(await refusal(asVisitor({}, () => joinByInvitation({ token })))).toMatchObject({ code: "unauthenticated" });
    const window = await signedIn(member);
    expect(await redirectOf(window.run(() => joinByInvitation({ token })))).toBe("/members");
    expect((await window.run(currentEntry))?.actor.role).toBe("ADMIN");
    expect(await actions(member.id)).toEqual(["user.role_changed"]);
    expect(await refusal(window.run(() => joinByInvitation({ token })))).toMatchObject(DEAD);
  });

  test("an admin who accepts an invitation as a member stays an admin", async () => {
    const { email, token } = await invited();
    const other = await admin({ email });
    expect(await redirectOf(as(other, () => joinByInvitation({ token })))).toBe("/members");
    expect((await userOf(email)).role).toBe("ADMIN");
    expect(await invitationOf(email)).toMatchObject({ acceptedById: other.id });
  });

  test("the link is of no use to somebody else who is signed in, and stays good", async () => {
    const { email, token } = await invited({ role: "ADMIN" });
    const stranger = await person();
    expect(await refusal(as(stranger, () => joinByInvitation({ token })))).toMatchObject(DEAD);
    const unconfirmed = await person({ email, emailVerified: null });
    expect(await refusal(as(unconfirmed, () => joinByInvitation({ token })))).toMatchObject(DEAD);
    expect(await db().user.count({ where: { id: { in: [stranger.id, unconfirmed.id] }, role: "ADMIN" } })).toBe(0);
    expect(await openInvitation(token)).not.toBeNull();
  });
});

describe("who may register", () => {
  const github = () => ({ provider: "github", providerAccountId: randomUUID() });
  const fromProvider = (email: string) => asVisitor({}, () => registerFromProvider({ email, emailVerified: null, name: "Mona" }));
  const registers = (email: string) => asVisitor({}, () => register({ email, password: PASSWORD }));

  test("by invitation only, every address is refused alike and at once, and existing accounts work on", async () => {
    const here = await person();
    Object.assign(env(), { SIGN_UP: "invite" });
    const answers = [await registers(newEmail()), await registers(here.email)];
    expect(answers[0]).toMatchObject({ ok: false, error: { code: "forbidden", message: expect.stringContaining("by invitation") } });
    expect(answers.map((answer) => !answer.ok && answer.error)).toEqual(
      [answers[0], answers[0]].map((answer) => answer && !answer.ok && answer.error),
    );
    expect(await redirectOf(signIn(browser(), here.email))).toBe("/members");
    const stranger = newEmail();
    expect(await asVisitor({}, () => providerSignUpRefusal(github(), stranger))).toBe("invited_only");
    await expect(fromProvider(stranger)).rejects.toMatchObject({ code: "forbidden", reason: "invited_only" });
    // Nor does a link in the mail make anybody.
    await asVisitor({}, () => forgotPassword({ email: stranger }));
    await runJobs();
    expect([await db().user.count({ where: { email: stranger } }), await mailsTo(stranger)]).toEqual([0, []]);
    const account = github();
    await db().account.create({ data: { userId: here.id, type: "oauth", ...account } });
    expect(await asVisitor({}, () => providerSignUpRefusal(account, "moved@example.net"))).toBeNull();
    expect(await asVisitor({}, () => providerSignUpRefusal(github(), here.email))).toBeNull();
  });

  test("by invitation only, whoever is invited comes in by the link, or by a provider that vouches for the address", async () => {
    Object.assign(env(), { SIGN_UP: "invite", SIGN_UP_DOMAINS: ["elsewhere.example"] });
    const [byLink, byProvider] = [await invited(), await invited({ role: "ADMIN" })];
    expect(await redirectOf(asVisitor({}, () => acceptInvitation(fill(byLink.token))))).toBe("/members");
    const typed = byProvider.email.toUpperCase();
    expect(await asVisitor({}, () => providerSignUpRefusal(github(), typed))).toBeNull();
    const { id } = await fromProvider(typed);
    expect(await userOf(byProvider.email)).toMatchObject({ id, role: "ADMIN", emailVerified: expect.any(Date) });
    expect(await invitationOf(byProvider.email)).toMatchObject({ acceptedById: id });
    expect(await openInvitation(byProvider.token)).toBeNull();
    // Once: the next one of that address is nobody's guest.
    await db().user.delete({ where: { id } });
    await expect(fromProvider(typed)).rejects.toMatchObject({ reason: "invited_only" });
  });

  test("with domains named, others are told so beside the address, whether or not they have an account", async () => {
    const here = await person({ email: `${randomUUID()}@outside.example` });
    Object.assign(env(), { SIGN_UP_DOMAINS: ["example.org", "example.com"] });
    for (const email of [here.email, "x@outside.example", "x@sub.example.org", "x@example.org.evil.example", "x@evilexample.org"])
      expect(await refusal(registers(email) as never), email).toMatchObject({
        code: "invalid",
        fields: { email: expect.stringContaining("example.org, example.com") },
      });
    expect(await redirectOf(registers(` ${newEmail().toUpperCase()} `))).toBe("/verify-email");
    expect(await asVisitor({}, () => providerSignUpRefusal(github(), "y@outside.example"))).toBe("domain");
    await expect(fromProvider("y@outside.example")).rejects.toMatchObject({ code: "invalid" });
    expect(await as(boss, () => invite({ email: "guest@outside.example", role: "MEMBER" }))).toMatchObject({ ok: true });
    const token = await tokenTo("guest@outside.example", "invitation");
    expect(await redirectOf(asVisitor({}, () => acceptInvitation(fill(token))))).toBe("/members");
  });
});

describe("an account made by an admin", () => {
  test("has the role and the standing asked for; its owner sets the password by a link of a week, which confirms the address", async () => {
    const open = await invited();
    expect(await as(boss, () => createPerson({ email: open.email, name: "Bilal Moreau", role: "ADMIN" }))).toMatchObject({ ok: true });
    const made = await userOf(open.email);
    expect(made).toMatchObject({ name: "Bilal Moreau", role: "ADMIN", emailVerified: null, password: null, profileComplete: false });
    expect(await openInvitation(open.token)).toBeNull();
    const [event] = await db().auditEvent.findMany({ where: { subjectId: made.id } });
    expect(event).toMatchObject({ action: "user.created_by_admin", actorId: boss.id, after: { role: "ADMIN", confirmed: false } });
    const token = await tokenTo(open.email, "accountCreated");
    const link = await db().token.findUniqueOrThrow({ where: { hash: hashOneTimeSecret(token) } });
    expect(Math.round((link.expiresAt.getTime() - Date.now()) / DAY_MS)).toBe(7);
    expect(await redirectOf(asVisitor({}, () => resetPassword({ token, password: PASSWORD })))).toBe("/login?notice=password_reset");
    expect(await redirectOf(signIn(browser(), open.email))).toBe("/members");
    expect((await userOf(open.email)).emailVerified).not.toBeNull();
  });

  test("may be confirmed by the admin; an address that is taken, or no name, makes none", async () => {
    const email = newEmail();
    const form = { email, name: "Chloé Tanaka", role: "MEMBER", confirmed: "on" } as const;
    expect(await as(boss, () => createPerson(form))).toMatchObject({ ok: true, data: { name: "Chloé Tanaka" } });
    expect((await userOf(email)).emailVerified).not.toBeNull();
    expect(await refusal(as(boss, () => createPerson(form)))).toMatchObject({ code: "conflict" });
    const window = await signedIn(boss);
    for (const { name, input } of hostile({ email: newEmail(), name: "Chloé Tanaka", role: "MEMBER" }))
      expect((await window.run(() => createPerson(input as never))).ok, name).toBe(false);
    // An admin on their way out makes no other.
    const leaving = await admin({ deleteAfter: new Date(Date.now() + DAY_MS) });
    expect(await refusal(as(leaving, () => createPerson({ ...form, email: newEmail(), role: "ADMIN" })))).toMatchObject({
      code: "forbidden",
    });
    expect(await refusal(as(leaving, () => invite({ email: newEmail(), role: "ADMIN" })))).toMatchObject({ code: "forbidden" });
  });
});

test("who never came is forgotten three months after the invitation was over, and not before", async () => {
  const [old, recent, accepted] = [await invited(), await invited(), await invited()];
  const past = (days: number) => new Date(Date.now() - days * DAY_MS);
  await db().invitation.update({ where: { id: old.id }, data: { expiresAt: past(91) } });
  await db().invitation.update({ where: { id: recent.id }, data: { expiresAt: past(89) } });
  await db().invitation.update({ where: { id: accepted.id }, data: { expiresAt: past(400), acceptedAt: past(401) } });
  await sweepInvitations();
  const left = await db().invitation.findMany({ where: { id: { in: [old.id, recent.id, accepted.id] } }, select: { id: true } });
  expect(left.map(({ id }) => id).sort()).toEqual([recent.id, accepted.id].sort());
});
