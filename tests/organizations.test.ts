import { randomUUID } from "node:crypto";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { Result } from "@/access/door";
import { enter } from "@/access/door";
import { openOrganizationInvitation, organizationInvitationsOf } from "@/access/identity/organization-invitations";
import JoinPage from "@/app/(public)/join/page";
import RegisterPage from "@/app/(public)/register/page";
import { requestDeletion } from "@/features/account-deletion/actions";
import { sweepDeletions } from "@/features/account-deletion/changes";
import { CredentialsForm } from "@/features/accounts/credentials-form";
import { impersonate } from "@/features/impersonation/actions";
import { Acceptance, readerOf } from "@/features/organizations/acceptance";
import {
  changeMemberRole,
  createOrganization,
  deleteOrganization,
  inviteToOrganization,
  joinOrganization,
  removeMember,
  renameOrganization,
  resendOrganizationInvitation,
  revokeOrganizationInvitation,
  switchOrganization,
} from "@/features/organizations/actions";
import { sweepOrganizationInvitations } from "@/features/organizations/changes";
import {
  getOrganization,
  listOrganizationInvitations,
  listOrganizations,
  listOwnOrganizations,
  ORGANIZATIONS_PAGE_SIZE,
} from "@/features/organizations/queries";
import {
  DAILY_INVITATIONS,
  MAX_INVITATIONS,
  MAX_MEMBERS,
  MAX_MEMBERSHIPS,
  organizationsQuerySchema,
} from "@/features/organizations/schema";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { hashOneTimeSecret } from "@/lib/one-time-secret";
import { hostile } from "./support/hostile";
import { mailsTo, tokenTo } from "./support/jobs";
import { actions, newEmail, refusal } from "./support/mail-flows";
import { admin, file, person } from "./support/people";
import { as, asVisitor, type Browser, redirectOf, signedIn } from "./support/request";

type Person = Awaited<ReturnType<typeof person>>;
const DAY_MS = 86_400_000;
const DEAD = { code: "invalid", message: expect.stringContaining("expired") };

/** An organisation with one owner, one admin and one member of it. */
async function choir() {
  const [owner, deputy, singer] = [await person({ name: "Ines Carvalho" }), await person(), await person()];
  const roles = { OWNER: owner, ADMIN: deputy, MEMBER: singer } as const;
  const members = { create: Object.entries(roles).map(([role, { id }]) => ({ userId: id, role: role as keyof typeof roles })) };
  const { id } = await db().organization.create({ data: { name: "Choir of the North", members } });
  return { id, owner, deputy, singer };
}

const roleIn = async (organizationId: string, { id: userId }: { id: string }) =>
  (await db().organizationMember.findUnique({ where: { organizationId_userId: { organizationId, userId } } }))?.role ?? null;
const currentOf = async ({ id }: { id: string }) => (await db().user.findUniqueOrThrow({ where: { id } })).currentOrganizationId;
const ask = <T>(who: Person, query: (entry: Awaited<ReturnType<typeof enter>>) => Promise<T>) => as(who, async () => query(await enter()));

/** An address that was invited, and the token of its mail. */
async function invited(organizationId: string, by: Person, role: "ADMIN" | "MEMBER" = "MEMBER", email = newEmail()) {
  expect(await as(by, () => inviteToOrganization({ organizationId, email, role }))).toMatchObject({ ok: true });
  const { id } = await db().organizationInvitation.findFirstOrThrow({ where: { organizationId, email } });
  return { id, email, token: await tokenTo(email, "organizationInvitation") };
}

describe("an organisation", () => {
  test("belongs to whoever makes it, who looks at it from then on; a visitor, an unfinished person and bad input make none", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const where = await redirectOf(window.run(() => createOrganization({ name: "  Choir " })));
    const [made] = await ask(someone, listOwnOrganizations);
    expect(made).toMatchObject({ name: "Choir", role: "OWNER", current: true });
    expect(where).toBe(`/settings/organizations/${made?.id}`);
    expect(await actions(made?.id ?? "")).toEqual(["organization.created"]);
    const count = await db().organization.count();
    expect(await refusal(asVisitor({}, () => createOrganization({ name: "Choir" })))).toMatchObject({ code: "unauthenticated" });
    const unfinished = await person({ complete: false });
    expect(await refusal(as(unfinished, () => createOrganization({ name: "Choir" })))).toMatchObject({ code: "profile_incomplete" });
    for (const { name, input } of hostile({ name: "Choir" }))
      expect((await window.run(() => createOrganization(input as never))).ok, name).toBe(false);
    for (const name of ["", "x", "x".repeat(101), "\u2800\u2800", "a\u202eb"])
      expect((await window.run(() => createOrganization({ name }))).ok, name).toBe(false);
    expect(await db().organization.count()).toBe(count);
  });

  test("is one of fifty at most, also when twenty are asked for at once", async () => {
    const someone = await person();
    const made = Array.from({ length: MAX_MEMBERSHIPS - 2 }, () => ({ id: randomUUID(), name: "Many" }));
    await db().organization.createMany({ data: made });
    await db().organizationMember.createMany({ data: made.map(({ id }) => ({ organizationId: id, userId: someone.id })) });
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => as(someone, () => createOrganization({ name: "More" }))));
    // One that is made redirects.
    expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(2);
    expect(await db().organizationMember.count({ where: { userId: someone.id } })).toBe(MAX_MEMBERSHIPS);
  });

  test("is renamed and deleted by its owners alone: to a stranger it is not there, an admin and a member of it may not", async () => {
    const { id, owner, deputy, singer } = await choir();
    const shared = await file(singer, { organizationId: id });
    const acts: (() => Promise<Result<unknown>>)[] = [
      () => renameOrganization({ id, name: "Theirs" }),
      () => deleteOrganization({ id, name: "Choir of the North" }),
    ];
    for (const act of acts) {
      expect(await refusal(asVisitor({}, act))).toMatchObject({ code: "unauthenticated" });
      for (const somebody of [await person(), deputy, singer])
        expect(await refusal(as(somebody, act))).toMatchObject({ code: "not_found" });
    }
    // An admin of the site deletes, and does not rename.
    expect(await refusal(as(await admin(), acts[0] as () => Promise<Result<unknown>>))).toMatchObject({ code: "not_found" });
    const window = await signedIn(owner);
    for (const { name, input } of hostile({ id, name: "Fine" }))
      expect((await window.run(() => renameOrganization(input as never))).ok, name).toBe(false);
    for (const { name, input } of hostile({ id, name: "Choir of the North" }))
      expect((await window.run(() => deleteOrganization(input as never))).ok, name).toBe(false);
    expect(await window.run(() => renameOrganization({ id, name: "Choir" }))).toMatchObject({ ok: true });
    for (const name of ["", "choir", "Choir of the North"])
      expect(await refusal(window.run(() => deleteOrganization({ id, name })))).toMatchObject({ fields: { name: expect.any(String) } });
    expect(await redirectOf(window.run(() => deleteOrganization({ id, name: " Choir " })))).toBe("/settings/organizations");
    // What was shared is its owner's alone again.
    expect(await db().file.findUniqueOrThrow({ where: { id: shared.id } })).toMatchObject({ organizationId: null, status: "READY" });
    expect(await db().organizationMember.count({ where: { organizationId: id } })).toBe(0);
    expect(await actions(id)).toEqual(["organization.renamed", "organization.deleted"]);
    expect(JSON.stringify(await db().auditEvent.findMany({ where: { subjectId: id } }))).not.toContain("Choir");
  });

  test("is looked at by who belongs to it; nobody looks at another's", async () => {
    const { id, singer } = await choir();
    const stranger = await person();
    expect(await as(singer, () => switchOrganization({ id }))).toMatchObject({ ok: true });
    expect(await currentOf(singer)).toBe(id);
    expect((await ask(singer, listOwnOrganizations)).map(({ current }) => current)).toEqual([true]);
    expect(await refusal(as(stranger, () => switchOrganization({ id })))).toMatchObject({ code: "not_found" });
    expect(await refusal(as(singer, () => switchOrganization({ id: randomUUID() })))).toMatchObject({ code: "not_found" });
    expect(await refusal(asVisitor({}, () => switchOrganization({ id })))).toMatchObject({ code: "unauthenticated" });
    const window = await signedIn(singer);
    for (const { name, input } of hostile({ id }))
      expect((await window.run(() => switchOrganization(input as never))).ok, name).toBe(false);
    expect([await currentOf(singer), await currentOf(stranger)]).toEqual([id, null]);
    expect(await as(singer, () => switchOrganization({ id: "" }))).toMatchObject({ ok: true });
    expect(await currentOf(singer)).toBeNull();
  });

  test("shows its people their public profiles, never an address, and its invitations to owners and admins alone", async () => {
    const { id, owner, deputy, singer } = await choir();
    const { email } = await invited(id, owner);
    const seen = await ask(singer, (entry) => getOrganization(entry, id));
    expect(seen?.members.map((member) => [member.id, member.role])).toEqual([
      [owner.id, "OWNER"],
      [deputy.id, "ADMIN"],
      [singer.id, "MEMBER"],
    ]);
    expect(seen?.ownRole).toBe("MEMBER");
    for (const { email: address } of [owner, deputy, singer]) expect(JSON.stringify(seen)).not.toContain(address);
    const waiting = (who: Person) => ask(who, (entry) => listOrganizationInvitations(entry, id));
    for (const who of [owner, deputy]) expect(await waiting(who)).toMatchObject([{ email, role: "MEMBER", open: true }]);
    expect(JSON.stringify(await waiting(owner))).not.toContain("hash");
    for (const who of [singer, await person()]) expect(await waiting(who)).toEqual([]);
    expect(await ask(await person(), (entry) => getOrganization(entry, id))).toBeNull();
    expect(await ask(await admin(), (entry) => getOrganization(entry, id))).toMatchObject({ ownRole: null });
  });
});

describe("inviting", () => {
  test("mails a link for a week, keeps only its hash, and remembers neither address nor name", async () => {
    const { id, owner } = await choir();
    const { id: invitationId, email, token } = await invited(id, owner, "ADMIN");
    const row = await db().organizationInvitation.findUniqueOrThrow({ where: { id: invitationId } });
    expect(row).toMatchObject({ role: "ADMIN", hash: hashOneTimeSecret(token), invitedById: owner.id });
    expect(Math.round((row.expiresAt.getTime() - Date.now()) / DAY_MS)).toBe(7);
    const [mail] = await mailsTo(email);
    expect(mail).toMatchObject({ props: { by: "Ines Carvalho", organization: "Choir of the North", days: 7 } });
    expect(mail?.url?.pathname).toBe("/join");
    const [event] = await db().auditEvent.findMany({ where: { subjectId: invitationId } });
    expect(event).toMatchObject({ action: "organization.invited", actorId: owner.id, after: { role: "ADMIN", organizationId: id } });
    expect(JSON.stringify(event)).not.toContain(email);
  });

  test("is for owners and admins of it, an admin of it for owners alone; owners are made of members", async () => {
    const { id, owner, deputy, singer } = await choir();
    const { id: open } = await invited(id, owner, "ADMIN");
    const to = (role: string) => () => inviteToOrganization({ organizationId: id, email: newEmail(), role: role as never });
    const acts = [to("MEMBER"), () => resendOrganizationInvitation({ id: open }), () => revokeOrganizationInvitation({ id: open })];
    for (const act of acts as (() => Promise<Result<unknown>>)[]) {
      expect(await refusal(asVisitor({}, act))).toMatchObject({ code: "unauthenticated" });
      expect(["not_found", "forbidden"]).toContain(((await refusal(as(singer, act))) as { code?: string })?.code);
      expect(await refusal(as(await person(), act))).toMatchObject({ code: "not_found" });
    }
    // The site's admin reads and deletes, and invites nobody.
    expect(await refusal(as(await admin(), to("MEMBER")))).toMatchObject({ code: "forbidden" });
    expect(await refusal(as(deputy, to("ADMIN")))).toMatchObject({ code: "forbidden" });
    expect(await refusal(as(deputy, () => resendOrganizationInvitation({ id: open })))).toMatchObject({ code: "forbidden" });
    for (const role of ["OWNER", "owner", "", null])
      expect(await refusal(as(owner, to(role as string)))).toMatchObject({ code: "invalid" });
    expect(await as(deputy, to("MEMBER"))).toMatchObject({ ok: true });
    const window = await signedIn(owner);
    for (const { name, input } of hostile({ organizationId: id, email: newEmail(), role: "MEMBER" }))
      expect((await window.run(() => inviteToOrganization(input as never))).ok, name).toBe(false);
    expect(await db().organizationInvitation.count({ where: { organizationId: id } })).toBe(2);
  });

  test("somebody who belongs to it, or whose invitation is open, is not invited; ten at once of one address are one", async () => {
    const { id, owner, singer } = await choir();
    const invite = (email: string) => as(owner, () => inviteToOrganization({ organizationId: id, email, role: "MEMBER" }));
    expect(await refusal(invite(singer.email))).toMatchObject({ code: "conflict" });
    const email = newEmail();
    const answers = await Promise.all(Array.from({ length: 10 }, () => invite(email)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await mailsTo(email)).length).toBe(1);
    // One that is over makes way.
    await db().organizationInvitation.updateMany({ where: { email }, data: { expiresAt: new Date() } });
    expect(await invite(email)).toMatchObject({ ok: true });
    expect(await db().organizationInvitation.count({ where: { email } })).toBe(1);
  });

  test("sending again kills the old link, three mails an hour; revoking kills it at once", async () => {
    const { id, owner, deputy } = await choir();
    const { id: open, email, token } = await invited(id, owner);
    const resend = () => as(deputy, () => resendOrganizationInvitation({ id: open }));
    expect(await resend()).toMatchObject({ ok: true });
    const second = await tokenTo(email, "organizationInvitation");
    expect([await openOrganizationInvitation(token), (await openOrganizationInvitation(second))?.id]).toEqual([null, open]);
    expect(await resend()).toMatchObject({ ok: true });
    const third = await tokenTo(email, "organizationInvitation");
    expect(await refusal(resend())).toMatchObject({ code: "rate_limited" });
    expect((await openOrganizationInvitation(third))?.id).toBe(open);
    expect(await as(owner, () => revokeOrganizationInvitation({ id: open }))).toMatchObject({ ok: true });
    expect(await openOrganizationInvitation(third)).toBeNull();
    for (const act of [resendOrganizationInvitation, revokeOrganizationInvitation])
      expect(await refusal(as(owner, () => act({ id: open })))).toMatchObject({ code: "not_found" });
    const resent = "organization.invitation_resent";
    expect(await actions(open)).toEqual(["organization.invited", resent, resent, "organization.invitation_revoked"]);
  });

  test("has its limits: so many open ones of an organisation, so many of one person a day, whatever became of them", async () => {
    const { id, owner, deputy } = await choir();
    const data = { organizationId: id, invitedById: owner.id, expiresAt: new Date(Date.now() + DAY_MS) };
    await db().organizationInvitation.createMany({
      data: Array.from({ length: MAX_INVITATIONS }, () => ({ ...data, email: newEmail(), hash: randomUUID() })),
    });
    const invite = (by: Person) => as(by, () => inviteToOrganization({ organizationId: id, email: newEmail(), role: "MEMBER" }));
    expect(await refusal(invite(owner))).toMatchObject({ code: "conflict", message: expect.stringContaining(String(MAX_INVITATIONS)) });
    await db().organizationInvitation.deleteMany({ where: { organizationId: id } });
    const act = { actorId: owner.id, action: "organization.invited", subjectType: "OrganizationInvitation" };
    await db().auditEvent.createMany({ data: Array.from({ length: DAILY_INVITATIONS - 1 }, () => act) });
    // To several organisations of theirs at once: no lock of one tells of the others.
    const others = Array.from({ length: 5 }, () => ({ id: randomUUID(), name: "Another" }));
    await db().organization.createMany({ data: others });
    await db().organizationMember.createMany({
      data: others.map((other) => ({ organizationId: other.id, userId: owner.id, role: "OWNER" as const })),
    });
    const answers = await Promise.all(
      others.map((other) => as(owner, () => inviteToOrganization({ organizationId: other.id, email: newEmail(), role: "MEMBER" }))),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await refusal(invite(owner))).toMatchObject({ code: "rate_limited" });
    expect(await invite(deputy)).toMatchObject({ ok: true });
  });

  test("is as good as whoever sent it: one who was demoted, left or is banned vouches for nobody", async () => {
    const { id, owner, deputy, singer } = await choir();
    const byOwner = await invited(id, owner, "ADMIN");
    const byDeputy = await invited(id, deputy);
    const isOpen = async ({ token }: { token: string }) => (await openOrganizationInvitation(token)) !== null;
    expect([await isOpen(byOwner), await isOpen(byDeputy)]).toEqual([true, true]);
    await as(owner, () => changeMemberRole({ organizationId: id, userId: singer.id, role: "OWNER" }));
    await as(singer, () => changeMemberRole({ organizationId: id, userId: owner.id, role: "ADMIN" }));
    // An admin of it vouches for members alone.
    expect([await isOpen(byOwner), await isOpen(byDeputy)]).toEqual([false, true]);
    await as(singer, () => changeMemberRole({ organizationId: id, userId: deputy.id, role: "MEMBER" }));
    expect(await isOpen(byDeputy)).toBe(false);
    await as(singer, () => changeMemberRole({ organizationId: id, userId: deputy.id, role: "OWNER" }));
    expect(await isOpen(byDeputy)).toBe(true);
    await db().user.update({ where: { id: deputy.id }, data: { bannedAt: new Date() } });
    const guest = await person({ email: byDeputy.email });
    expect([await isOpen(byDeputy), await organizationInvitationsOf(guest.email)]).toEqual([false, []]);
    expect(await refusal(as(guest, () => joinOrganization({ token: byDeputy.token })))).toMatchObject(DEAD);
    await db().user.update({ where: { id: deputy.id }, data: { bannedAt: null } });
    await as(singer, () => removeMember({ organizationId: id, userId: deputy.id }));
    expect(await isOpen(byDeputy)).toBe(false);
  });
});

describe("joining", () => {
  test("is for whoever has confirmed the invited address, by the link or from their settings; twenty at once are one membership", async () => {
    const { id, owner } = await choir();
    const guest = await person();
    const { id: invitationId, token } = await invited(id, owner, "ADMIN", guest.email);
    // Looking changes nothing.
    expect(await openOrganizationInvitation(token)).toMatchObject({ organization: { id, name: "Choir of the North" }, email: guest.email });
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => as(guest, () => joinOrganization({ token }))));
    // The one that succeeds leads on.
    expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(1);
    for (const answer of answers) if (answer.status === "fulfilled") expect(answer.value).toMatchObject({ ok: false, error: DEAD });
    expect([await roleIn(id, guest), await currentOf(guest)]).toEqual(["ADMIN", id]);
    expect(await db().organizationMember.count({ where: { organizationId: id } })).toBe(4);
    expect(await actions(invitationId)).toEqual(["organization.invited", "organization.joined"]);
    const second = await choir();
    const { id: waiting } = await invited(second.id, second.owner, "MEMBER", guest.email);
    expect(await organizationInvitationsOf(guest.email)).toMatchObject([{ id: waiting, organization: { id: second.id } }]);
    expect(await redirectOf(as(guest, () => joinOrganization({ id: waiting })))).toBe(`/settings/organizations/${second.id}`);
    expect(await roleIn(second.id, guest)).toBe("MEMBER");
  });

  test("hole 3: nobody puts themselves in: not with another's link or its id, with none, or with an address they never confirmed", async () => {
    const { id, owner } = await choir();
    const { id: invitationId, email, token } = await invited(id, owner);
    const stranger = await person();
    const squatter = await person({ email, emailVerified: null });
    for (const input of [{ token }, { id: invitationId }]) {
      expect(await refusal(asVisitor({}, () => joinOrganization(input)))).toMatchObject({ code: "unauthenticated" });
      expect(await refusal(as(stranger, () => joinOrganization(input)))).toMatchObject(DEAD);
      expect(await refusal(as(squatter, () => joinOrganization(input)))).toMatchObject({ code: "forbidden" });
    }
    const window = await signedIn(stranger);
    for (const input of [{ token: "" }, { token: "x".repeat(100) }, { id: randomUUID() }, { token: hashOneTimeSecret(token) }])
      expect(await refusal(window.run(() => joinOrganization(input)))).toMatchObject(DEAD);
    for (const { name, input } of hostile({ token }, { free: ["token"] }))
      expect((await window.run(() => joinOrganization(input as never))).ok, name).toBe(false);
    for (const extra of [{ organizationId: id }, { userId: stranger.id, role: "OWNER" }])
      expect((await window.run(() => joinOrganization({ token, ...extra } as never))).ok).toBe(false);
    expect([await roleIn(id, stranger), await roleIn(id, squatter)]).toEqual([null, null]);
    expect((await openOrganizationInvitation(token))?.id).toBe(invitationId);
    await db().organizationInvitation.update({ where: { id: invitationId }, data: { expiresAt: new Date() } });
    await db().user.update({ where: { id: squatter.id }, data: { emailVerified: new Date() } });
    expect(await refusal(as(squatter, () => joinOrganization({ token })))).toMatchObject(DEAD);
  });

  test("comes after one's profile: the page leads there first and back again, and nobody joins before", async () => {
    const { id, owner } = await choir();
    const guest = await person({ complete: false });
    const { token } = await invited(id, owner, "MEMBER", guest.email);
    expect(await refusal(as(guest, () => joinOrganization({ token })))).toMatchObject({ code: "profile_incomplete" });
    const window = await signedIn(guest);
    const page = () => JoinPage({ searchParams: Promise.resolve({ token }) });
    expect(await redirectOf(window.run(page, { path: `/join?token=${token}` }))).toBe(
      `/onboarding?${new URLSearchParams({ callbackUrl: `/join?token=${token}` })}`,
    );
    await db().user.update({ where: { id: guest.id }, data: { profileComplete: true } });
    expect(await redirectOf(as(guest, () => joinOrganization({ token })))).toContain(id);
  });

  test("an admin who acts as somebody neither joins nor deletes in their name, even where they may change things", async () => {
    const { id, owner } = await choir();
    const { token } = await invited(id, owner, "MEMBER", (await person({ email: newEmail() })).email);
    const boss = await admin({ mayImpersonateWrite: true });
    const window = await signedIn(boss);
    await redirectOf(window.run(() => impersonate({ userId: owner.id, reason: "They asked for help with it.", write: "on" })));
    expect(await refusal(window.run(() => joinOrganization({ token })))).toMatchObject({ code: "forbidden" });
    expect(await refusal(window.run(() => deleteOrganization({ id, name: "Choir of the North" })))).toMatchObject({ code: "forbidden" });
    expect(await window.run(() => renameOrganization({ id, name: "Choir" }))).toMatchObject({ ok: true });
  });

  test("a full organisation takes nobody, and the invitation stays", async () => {
    const { id, owner } = await choir();
    const guest = await person();
    const { token } = await invited(id, owner, "MEMBER", guest.email);
    const crowd = Array.from({ length: MAX_MEMBERS - 3 }, () => ({ id: randomUUID(), email: `${randomUUID()}@example.org` }));
    await db().user.createMany({ data: crowd });
    await db().organizationMember.createMany({ data: crowd.map(({ id: userId }) => ({ organizationId: id, userId })) });
    expect(await refusal(as(guest, () => joinOrganization({ token })))).toMatchObject({ code: "conflict" });
    await as(owner, () => removeMember({ organizationId: id, userId: crowd[0]?.id ?? "" }));
    expect(await redirectOf(as(guest, () => joinOrganization({ token })))).toContain(id);
  });

  test("the page tells whoever holds the link how to go on, and writes its secret into no address that is kept", async () => {
    const { id, owner } = await choir();
    const { email, token } = await invited(id, owner);
    const reader = async (window: Browser | null) => {
      const invitation = await openOrganizationInvitation(token);
      if (!invitation) throw new Error("open");
      return readerOf(invitation, window ? await window.run(() => enter(undefined, undefined, "any")) : null);
    };
    const way = async (which: Awaited<ReturnType<typeof reader>>) =>
      JSON.stringify(await asVisitor({}, () => Acceptance({ token, reader: which })), (key, value) =>
        key === "_owner" ? undefined : value,
      ) ?? "";
    expect(await reader(null)).toBe("new");
    // What the mail remembers is where to go on; the secret beside it is the form's, which the address is filled in by.
    expect(await way("new")).toContain(`/register?callbackUrl=%2Fsettings%2Forganizations&token=${token}`);
    Object.assign(env(), { SIGN_UP: "invite" });
    expect(await reader(null)).toBe("closed");
    Object.assign(env(), { SIGN_UP: "open" });
    expect(await reader(await signedIn(await person()))).toBe("other");
    const guest = await person({ email, emailVerified: null });
    expect([await reader(null), await reader(await signedIn(guest))]).toEqual(["known", "unconfirmed"]);
    await db().user.update({ where: { id: guest.id }, data: { emailVerified: new Date() } });
    expect(await reader(await signedIn(guest))).toBe("owner");
  });

  test("whoever registers by its link finds the address filled in, without JavaScript too, and nobody else does", async () => {
    const { id, owner } = await choir();
    const { email, token } = await invited(id, owner);
    const page = async (search: { token?: string; callbackUrl?: string }) =>
      JSON.stringify(await asVisitor({}, () => RegisterPage({ searchParams: Promise.resolve(search) })), (key, value) =>
        key === "_owner" ? undefined : value,
      );
    expect(await page({ token, callbackUrl: "/settings/organizations" })).toContain(`"email":"${email}"`);
    expect(await page({ token })).not.toContain(token);
    for (const search of [{}, { token: `${token}x` }, { token: "" }]) expect(await page(search)).not.toContain(email);
    const texts = { email: "Email", password: "Password", show: "Show", hide: "Hide", submit: "Create account" };
    const form = { action: async () => ({ ok: true as const, data: null }), callbackUrl: "/", autoComplete: "new-password" as const };
    expect(renderToStaticMarkup(createElement(CredentialsForm, { ...form, email, texts }))).toContain(`value="${email}"`);
  });

  test("the address of who never came is forgotten three months later", async () => {
    const { id, owner } = await choir();
    const { id: old } = await invited(id, owner);
    const { id: fresh } = await invited(id, owner);
    await db().organizationInvitation.update({ where: { id: old }, data: { expiresAt: new Date(Date.now() - 91 * DAY_MS) } });
    await sweepOrganizationInvitations();
    expect(await db().organizationInvitation.findMany({ where: { organizationId: id }, select: { id: true } })).toEqual([{ id: fresh }]);
  });
});

describe("members", () => {
  test("hole 4: nobody raises their own role; owners give roles, to others and to themselves, and nobody else does", async () => {
    const { id: organizationId, owner, deputy, singer } = await choir();
    const raise = (userId: string) => () => changeMemberRole({ organizationId, userId, role: "OWNER" });
    expect(await refusal(asVisitor({}, raise(singer.id)))).toMatchObject({ code: "unauthenticated" });
    for (const who of [singer, deputy, await person(), await admin()])
      for (const whom of [who, singer]) expect(await refusal(as(who, raise(whom.id))), who.email).toMatchObject({ code: "not_found" });
    expect([await roleIn(organizationId, deputy), await roleIn(organizationId, singer)]).toEqual(["ADMIN", "MEMBER"]);
    const window = await signedIn(owner);
    for (const { name, input } of hostile({ organizationId, userId: singer.id, role: "ADMIN" }))
      expect((await window.run(() => changeMemberRole(input as never))).ok, name).toBe(false);
    const change = (whom: Person, role: "OWNER" | "ADMIN" | "MEMBER") =>
      window.run(() => changeMemberRole({ organizationId, userId: whom.id, role }));
    expect(await change(singer, "ADMIN")).toMatchObject({ ok: true });
    expect(await refusal(change(singer, "ADMIN"))).toMatchObject({ code: "conflict" });
    expect(await refusal(change(await person(), "ADMIN"))).toMatchObject({ code: "not_found" });
    expect(await change(deputy, "OWNER")).toMatchObject({ ok: true });
    expect(await change(owner, "MEMBER")).toMatchObject({ ok: true });
    expect(await refusal(change(deputy, "MEMBER"))).toMatchObject({ code: "not_found" });
    expect(await db().auditEvent.findFirst({ where: { subjectId: singer.id, action: "organization.role_changed" } })).toMatchObject({
      subjectType: "OrganizationMember",
      before: { role: "MEMBER" },
      after: { role: "ADMIN", organizationId },
    });
  });

  test("leave, and are removed by owners and the site's admins; what they look at is theirs alone again", async () => {
    const { id: organizationId, owner, deputy, singer } = await choir();
    const remove = (whom: Person) => () => removeMember({ organizationId, userId: whom.id });
    for (const who of [deputy, singer, await person()])
      for (const whom of [owner, deputy, singer].filter((one) => one !== who))
        expect(await refusal(as(who, remove(whom)))).toMatchObject({ code: "not_found" });
    expect(await refusal(asVisitor({}, remove(singer)))).toMatchObject({ code: "unauthenticated" });
    const window = await signedIn(owner);
    for (const { name, input } of hostile({ organizationId, userId: singer.id }))
      expect((await window.run(() => removeMember(input as never))).ok, name).toBe(false);
    await as(singer, () => switchOrganization({ id: organizationId }));
    expect(await redirectOf(as(singer, remove(singer)))).toBe("/settings/organizations");
    expect([await roleIn(organizationId, singer), await currentOf(singer)]).toEqual([null, null]);
    expect(await as(await admin(), remove(deputy))).toMatchObject({ ok: true });
    expect(await refusal(as(owner, remove(deputy)))).toMatchObject({ code: "not_found" });
    expect(await actions(deputy.id)).toEqual(["organization.member_removed"]);
  });

  test("the last owner is neither demoted nor removed, by nobody; two who leave at once leave one", async () => {
    const { id: organizationId, owner, deputy } = await choir();
    const conflict = { code: "conflict", message: expect.stringContaining("last owner") };
    const remove = (whom: Person) => () => removeMember({ organizationId, userId: whom.id });
    expect(await refusal(as(owner, remove(owner)))).toMatchObject(conflict);
    expect(await refusal(as(await admin(), remove(owner)))).toMatchObject(conflict);
    expect(await refusal(as(owner, () => changeMemberRole({ organizationId, userId: owner.id, role: "ADMIN" })))).toMatchObject(conflict);
    await as(owner, () => changeMemberRole({ organizationId, userId: deputy.id, role: "OWNER" }));
    const ended = await Promise.allSettled([as(owner, remove(owner)), as(deputy, remove(deputy))]);
    expect(ended.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(await db().organizationMember.count({ where: { organizationId, role: "OWNER" } })).toBe(1);
    const third = await choir();
    await as(third.owner, () => changeMemberRole({ organizationId: third.id, userId: third.deputy.id, role: "OWNER" }));
    const demote = (by: Person, userId: string) => as(by, () => changeMemberRole({ organizationId: third.id, userId, role: "MEMBER" }));
    await Promise.all([demote(third.owner, third.deputy.id), demote(third.deputy, third.owner.id)]);
    expect(await db().organizationMember.count({ where: { organizationId: third.id, role: "OWNER" } })).toBe(1);
  });

  test("of a deleted last owner the longest-serving admin takes the place, else the longest-serving member; an empty organisation goes", async () => {
    await admin();
    const gone = async (who: Person) => {
      await as(who, () => requestDeletion({ address: who.email }));
      await db().user.update({ where: { id: who.id }, data: { deleteAfter: new Date(Date.now() - 1) } });
      expect(await sweepDeletions()).toBe(1);
    };
    const { id, owner, deputy, singer } = await choir();
    const elder = await person();
    await db().organizationMember.create({ data: { organizationId: id, userId: elder.id, role: "MEMBER", createdAt: new Date(0) } });
    const banned = await person({ bannedAt: new Date() });
    await db().organizationMember.create({ data: { organizationId: id, userId: banned.id, role: "ADMIN", createdAt: new Date(0) } });
    await gone(owner);
    expect([await roleIn(id, deputy), await roleIn(id, elder), await roleIn(id, owner)]).toEqual(["OWNER", "MEMBER", null]);
    expect(await actions(deputy.id)).toEqual(["organization.role_changed"]);
    await as(deputy, () => removeMember({ organizationId: id, userId: banned.id }));
    await gone(deputy);
    expect([await roleIn(id, elder), await roleIn(id, singer)]).toEqual(["OWNER", "MEMBER"]);
    await gone(elder);
    await gone(singer);
    expect(await db().organization.count({ where: { id } })).toBe(0);
  });
});

describe("the admins' list", () => {
  const list = (who: Person, query: object = {}) => ask(who, (entry) => listOrganizations(entry, organizationsQuerySchema.parse(query)));

  test("says how many people and files each has and what room they take, is found by name and walked by its cursor", async () => {
    const boss = await admin();
    const { id, singer } = await choir();
    const tag = randomUUID().slice(0, 8);
    await db().organization.update({ where: { id }, data: { name: `Choir ${tag}` } });
    await file(singer, { organizationId: id, sizeBytes: 1_000n });
    await file(singer, { organizationId: id, sizeBytes: 500n });
    await file(singer, { organizationId: id, status: "DELETING", uploadExpiresAt: new Date() });
    const { rows } = await list(boss, { q: tag.toUpperCase() });
    expect(rows).toMatchObject([{ id, members: 3, files: 2, bytes: 1_500 }]);
    expect((await list(boss, { q: "%" })).rows).toEqual([]);
    const total = ORGANIZATIONS_PAGE_SIZE + 3;
    await db().organization.createMany({ data: Array.from({ length: total }, (_, index) => ({ name: `Walk ${tag} ${index}` })) });
    const first = await list(boss, { q: `walk ${tag}` });
    const second = await list(boss, { q: `walk ${tag}`, cursor: first.next ?? "" });
    expect(new Set([...first.rows, ...second.rows].map((row) => row.id)).size).toBe(total);
    expect(second.next).toBeNull();
  });

  test("is the admins': a member sees none by it; an admin deletes one whose name they type", async () => {
    const { id, owner } = await choir();
    expect(await list(owner)).toEqual({ rows: [], next: null });
    const window = await signedIn(await admin());
    expect(await refusal(window.run(() => deleteOrganization({ id, name: "Choir" })))).toMatchObject({ code: "invalid" });
    expect(await redirectOf(window.run(() => deleteOrganization({ id, name: "Choir of the North" })))).toBe("/admin/organizations");
    expect(await db().organization.count({ where: { id } })).toBe(0);
  });
});
