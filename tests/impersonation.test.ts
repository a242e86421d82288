import { subject } from "@casl/ability";
import { describe, expect, test } from "vitest";
import { bearerOf, isStillSignedIn } from "@/access/bearer";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { settleFreshness } from "@/access/freshness";
import { abilityFor } from "@/access/rules";
import { DELETE, GET as downloadFile } from "@/app/api/files/[id]/route";
import { requestDeletion } from "@/features/account-deletion/actions";
import { changePassword, confirmPassword, disconnectAccount, signInWithEmail } from "@/features/accounts/actions";
import { requestAddressChange } from "@/features/addresses/actions";
import { listAudit } from "@/features/audit/queries";
import { requestExport } from "@/features/data-exports/actions";
import { endDevice, endOtherDevices } from "@/features/devices/actions";
import { listDevices } from "@/features/devices/queries";
import { listFiles } from "@/features/files/queries";
import { endImpersonation, impersonate, setImpersonationRight } from "@/features/impersonation/actions";
import { beginPasskeyRegistration } from "@/features/passkeys/actions";
import { banPerson, changeRole } from "@/features/people/actions";
import { completeProfile, updateProfile } from "@/features/profiles/actions";
import { startTotp } from "@/features/second-factors/actions";
import { db } from "@/lib/db";
import { admin, file, PASSWORD, person } from "./support/people";
import { as, asVisitor, type Browser, redirectOf, signedIn } from "./support/request";

const REASON = "They asked for help with a file.";
const PROFILE = { name: "Changed Name", city: "Lyon", interests: "climbing", bio: "Here." };

const start = (window: Browser, userId: string, more: object = {}) =>
  redirectOf(window.run(async () => impersonate({ userId, reason: REASON, ...more })));
const who = (window: Browser) => window.run(async () => (await currentEntry())?.actor);

/** An admin's browser in which they act as somebody. */
async function acting(write = false) {
  const [boss, member] = [await admin(), await person()];
  if (write) await db().user.update({ where: { id: boss.id }, data: { mayImpersonateWrite: true } });
  const window = await signedIn(boss);
  expect(await start(window, member.id, write ? { write: "on" } : {})).toBe("/members");
  const actor = await who(window);
  return { boss, member, window, sid: actor?.sid ?? "" };
}

describe("an admin acts as a member", () => {
  test("sees what the member sees and nothing of their own, for 15 minutes, and is themselves again", async () => {
    const { boss, member, window, sid } = await acting();
    const own = await file(member);
    await file(boss);
    const actor = await who(window);
    expect(actor).toMatchObject({
      userId: member.id,
      email: member.email,
      role: "MEMBER",
      impersonator: { userId: boss.id, mayWrite: false },
    });
    const { files } = await window.run(async () => listFiles(await enter("read", "File")));
    expect(files.map(({ id }) => id)).toEqual([own.id]);
    expect(await redirectOf(window.run(() => enter("read", "Dashboard")))).toBe("/forbidden");
    const { expiresAt, createdAt } = await db().session.findUniqueOrThrow({ where: { id: sid } });
    expect(expiresAt.getTime() - createdAt.getTime()).toBeLessThanOrEqual(15 * 60_000);
    expect(await redirectOf(window.run(async () => endImpersonation({})))).toBe(`/admin/users/${member.id}`);
    expect(await who(window)).toMatchObject({ userId: boss.id, role: "ADMIN", impersonator: null });
  });

  test("is in the member's devices and activity and in the audit log, with both names and the reason; the member ends it at once", async () => {
    const { boss, member, window, sid } = await acting();
    const theirs = await signedIn(member);
    const devices = await theirs.run(async () => listDevices(await enter()));
    expect(devices.find(({ id }) => id === sid)).toMatchObject({ method: "impersonation", isThis: false });
    const { events } = await theirs.run(async () => listAudit(await enter("read", "AuditEvent"), { who: member.id }));
    expect(events[0]).toMatchObject({ action: "user.impersonation_started", actorId: member.id, realActorId: boss.id });
    expect(events[0]?.after).toMatchObject({ reason: REASON, write: false });
    const seen = await as(await admin(), async () => listAudit(await enter("read", "AuditEvent"), { who: boss.id }));
    expect(seen.events.map(({ action }) => action)).toContain("user.impersonation_started");
    expect(await theirs.run(() => endDevice({ id: sid }))).toMatchObject({ ok: true });
    expect(await who(window)).toMatchObject({ userId: boss.id, impersonator: null });
  });

  test("who only looks opens files, which is told with both names, and changes nothing", async () => {
    const { boss, member, window } = await acting();
    const { id } = await file(member);
    const opened = await window.fetch(downloadFile, `/api/files/${id}`, { params: { id } });
    expect(opened.status).toBe(302);
    const told = await db().auditEvent.findFirstOrThrow({ where: { action: "file.download_url_issued", subjectId: id } });
    expect(told).toMatchObject({ actorId: member.id, realActorId: boss.id });
    const deleted = await window.fetch(DELETE, `/api/files/${id}`, { method: "DELETE", params: { id } });
    expect([deleted.status, (await deleted.json()).error.code]).toEqual([403, "forbidden"]);
    expect(await window.run(() => updateProfile(PROFILE))).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await db().user.findUnique({ where: { id: member.id }, select: { name: true } })).toEqual({ name: member.name });
    expect(await db().file.count({ where: { id, status: "READY" } })).toBe(1);
  });

  test("who may write changes the profile and files in the member's name, told with both; and lastSeen stays the member's", async () => {
    const { boss, member, window } = await acting(true);
    const before = await db().user.findUniqueOrThrow({ where: { id: member.id }, select: { lastSeenAt: true } });
    expect(await window.run(() => updateProfile(PROFILE))).toMatchObject({ ok: true });
    const told = await db().auditEvent.findFirstOrThrow({ where: { action: "user.profile_changed", subjectId: member.id } });
    expect(told).toMatchObject({ actorId: member.id, realActorId: boss.id });
    const after = await db().user.findUniqueOrThrow({ where: { id: member.id }, select: { name: true, lastSeenAt: true } });
    expect(after).toEqual({ name: PROFILE.name, lastSeenAt: before.lastSeenAt });
    expect((await db().user.findUniqueOrThrow({ where: { id: boss.id } })).name).toBe(boss.name);
  });

  test.each([false, true])(
    "credentials, address, factors, devices, export and deletion stay the person's; may write: %s",
    async (write) => {
      const { member, window, sid } = await acting(write);
      // A password the admin happens to know proves nothing here, nor does a session row that claims a fresh proof.
      await db().session.update({ where: { id: sid }, data: { reauthenticatedAt: new Date() } });
      const refused: [string, () => Promise<unknown>][] = [
        [
          "password",
          () => changePassword({ current: PASSWORD, password: "Quartz-lantern-58-meadow", repeat: "Quartz-lantern-58-meadow" } as never),
        ],
        ["proof", () => confirmPassword({ password: PASSWORD })],
        ["address", () => requestAddressChange({ email: "other@example.org", password: PASSWORD })],
        ["provider", () => disconnectAccount({ provider: "github" })],
        ["totp", () => startTotp({})],
        ["passkey", () => beginPasskeyRegistration({ name: "Laptop" })],
        ["device", () => endDevice({ id: sid })],
        ["devices", () => endOtherDevices({})],
        ["export", () => requestExport({})],
        ["deletion", () => requestDeletion({ address: member.email })],
        ["another", () => impersonate({ userId: member.id, reason: REASON })],
      ];
      for (const [what, act] of refused)
        expect(await window.run(act as () => Promise<object>), what).toMatchObject({ ok: false, error: { code: "forbidden" } });
      for (const page of ["Credentials", "Account", "DataExport"] as const)
        expect(await redirectOf(window.run(() => enter("read", page, "any"))), page).toBe("/forbidden");
      expect(await redirectOf(window.run(() => enter("delete", "User")))).toBe("/forbidden");
    },
  );
});

describe("it ends with", () => {
  test.each([
    ["the admin's ban", async (boss: string) => as(await admin(), () => banPerson({ userId: boss, reason: "x" })), null],
    ["the admin's role", async (boss: string) => as(await admin(), () => changeRole({ userId: boss, role: "MEMBER" })), "boss"],
    ["the member's ban", async (_: string, member: string) => as(await admin(), () => banPerson({ userId: member, reason: "x" })), "boss"],
    [
      "the member's rise",
      async (_: string, member: string) => as(await admin(), () => changeRole({ userId: member, role: "ADMIN" })),
      "boss",
    ],
    [
      "its time",
      async (_: string, __: string, sid: string) => db().session.update({ where: { id: sid }, data: { endedAt: new Date() } }),
      "boss",
    ],
  ] as const)("%s, in the next request", async (_, end, left) => {
    const { boss, member, window, sid } = await acting(true);
    await end(boss.id, member.id, sid);
    await settleFreshness();
    expect((await who(window))?.userId).toBe(left === "boss" ? boss.id : undefined);
  });

  test("the admin's right to write, where it was used", async () => {
    const { boss, window } = await acting(true);
    const other = await admin();
    expect(await as(boss, () => setImpersonationRight({ userId: boss.id, may: "yes" }))).toMatchObject({ ok: false });
    expect(await as(other, () => setImpersonationRight({ userId: boss.id, may: "no" }))).toMatchObject({ ok: true });
    expect((await who(window))?.userId).toBe(boss.id);
    expect(await window.run(() => updateProfile(PROFILE))).toMatchObject({ ok: false, error: { code: "conflict" } });
  });

  test("a form that was open then changes nobody: not the member, nor the admin who filled it in for them; the one after does", async () => {
    const { boss, member, window, sid } = await acting(true);
    await db().session.update({ where: { id: sid }, data: { endedAt: new Date() } });
    await settleFreshness();
    expect(await window.run(() => updateProfile(PROFILE))).toMatchObject({ ok: false, error: { code: "conflict" } });
    for (const { id, name } of [boss, member]) expect((await db().user.findUniqueOrThrow({ where: { id } })).name).toBe(name);
    expect(await window.run(() => updateProfile(PROFILE))).toMatchObject({ ok: true });
    expect((await db().user.findUniqueOrThrow({ where: { id: boss.id } })).name).toBe(PROFILE.name);
  });
});

describe("nobody acts", () => {
  test("as an admin, as oneself, as somebody banned or gone, without a reason or a recent proof, or to write without the right", async () => {
    const [boss, other, member] = [await admin(), await admin(), await person()];
    const banned = await person({ bannedAt: new Date(), banReason: "x" });
    const gone = await person({ deletedAt: new Date() });
    const window = await signedIn(boss);
    const tried = (input: object) => window.run(() => impersonate({ reason: REASON, ...input } as never));
    for (const userId of [other.id, boss.id]) expect(await tried({ userId })).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await tried({ userId: banned.id })).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await tried({ userId: gone.id })).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await tried({ userId: member.id, write: "on" })).toMatchObject({ ok: false, error: { code: "forbidden" } });
    for (const bad of [{ reason: "short" }, { reason: undefined }, { write: "yes" }, { minutes: 60 }, { userId: "x" }])
      expect(await tried({ userId: member.id, ...bad }), JSON.stringify(bad)).toMatchObject({ ok: false, error: { code: "invalid" } });
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 11 * 60_000) } });
    expect(await tried({ userId: member.id })).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await db().session.count({ where: { impersonatorId: boss.id } })).toBe(0);
  });

  test("who is a member or a visitor, nor gives the right", async () => {
    const [me, other] = [await person(), await person()];
    for (const act of [
      () => impersonate({ userId: other.id, reason: REASON }),
      () => setImpersonationRight({ userId: me.id, may: "yes" }),
    ]) {
      expect(await as(me, act)).toMatchObject({ ok: false, error: { code: "forbidden" } });
      expect(await asVisitor({}, act)).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    }
  });

  test("who is an admin on their way out, nor gives the right", async () => {
    const [leaving, other, member] = [await admin({ deleteAfter: new Date(Date.now() + 86_400_000) }), await admin(), await person()];
    for (const act of [
      () => impersonate({ userId: member.id, reason: REASON }),
      () => setImpersonationRight({ userId: other.id, may: "yes" }),
    ])
      expect(await as(leaving, act)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await db().session.count({ where: { impersonatorId: leaving.id } })).toBe(0);
  });

  test("with a right that an admin gave without a recent proof", async () => {
    const [boss, other] = [await signedIn(await admin()), await admin()];
    await db().session.update({ where: { id: boss.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 11 * 60_000) } });
    const given = await boss.run(() => setImpersonationRight({ userId: other.id, may: "yes" }));
    expect(given).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await db().user.findUnique({ where: { id: other.id }, select: { mayImpersonateWrite: true } })).toEqual({
      mayImpersonateWrite: false,
    });
  });

  test("by the cookie of another session: not in another browser of the same admin, nor in that of a member or another admin", async () => {
    const { boss, member, window } = await acting(true);
    const kept = [...window.cookies].find(([name]) => name.includes("impersonation"));
    for (const thief of [boss, await admin(), await person(), member]) {
      const theirs = await signedIn(thief);
      if (kept) theirs.cookies.set(...kept);
      expect(await who(theirs)).toMatchObject({ userId: thief.id, impersonator: null });
    }
  });

  test("in a session of the admin's that goes on under another id: what a page of before sends is not taken for their own; a new sign-in is theirs", async () => {
    const { boss, window } = await acting(true);
    const [name, value = ""] = [...(await signedIn(boss)).cookies][0] ?? ["", ""];
    window.cookies.set(name, value);
    expect(await who(window)).toMatchObject({ userId: boss.id, impersonator: null });
    expect(await window.run(() => updateProfile(PROFILE))).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect((await db().user.findUniqueOrThrow({ where: { id: boss.id } })).name).toBe(boss.name);
    const { window: other, boss: same, member } = await acting(true);
    const signIn = () => other.run(async () => signInWithEmail({ email: same.email, password: PASSWORD }));
    // One that cannot be written leaves them the member: a form that is open is not sent as their own.
    await db().$executeRaw`ALTER TABLE "PersonDay" RENAME TO "Away"`;
    expect(await signIn().finally(() => db().$executeRaw`ALTER TABLE "Away" RENAME TO "PersonDay"`)).toMatchObject({ ok: false });
    expect(await who(other)).toMatchObject({ userId: member.id, impersonator: { userId: same.id } });
    expect(await redirectOf(signIn())).toBe("/members");
    expect([...other.cookies.keys()].filter((cookie) => cookie.includes("impersonation"))).toEqual([]);
    expect(await other.run(() => updateProfile(PROFILE))).toMatchObject({ ok: true });
  });

  test.each([
    ["session", async ({ sid }: { sid: string }) => db().session.update({ where: { id: sid }, data: { endedAt: new Date() } })],
    ["role", async ({ id }: { id: string }) => db().user.update({ where: { id }, data: { role: "MEMBER" } })],
  ])("by a URL that they were given meanwhile, once their own %s is over", async (_, end) => {
    const { boss, window } = await acting();
    const bearer = await window.run(async () => bearerOf(await enter("read", "File")));
    expect(await isStillSignedIn(bearer)).toBe(true);
    await end({ id: boss.id, sid: window.claims.sid });
    await settleFreshness();
    expect(await isStillSignedIn(bearer)).toBe(false);
  });

  test("by the profile that somebody has not finished: its form is seen, as they see it, and sent by them alone", async () => {
    const [member, window] = [await person({ complete: false }), await signedIn(await admin())];
    await start(window, member.id);
    expect((await window.run(async () => enter("read", "User", "any"))).actor.userId).toBe(member.id);
    expect(await window.run(() => completeProfile(PROFILE))).toMatchObject({ ok: false, error: { code: "forbidden" } });
  });

  test("without the rule: the member's rules less what is theirs alone, and in reading mode no change at all", () => {
    const whole = { userId: "me", role: "MEMBER", profileComplete: true, mustChangePassword: false, emailVerified: true } as const;
    const mine = { userId: "me", ownerId: "me", actorId: "me" };
    const [read, write] = [abilityFor({ ...whole, impersonated: "read" }), abilityFor({ ...whole, impersonated: "write" })];
    const file = subject("File", { ownerId: "me" });
    for (const action of ["create", "update", "delete"] as const)
      expect([read.can(action, file), write.can(action, file)]).toEqual([false, true]);
    expect(read.can("update", subject("User", { id: "me" }), "name")).toBe(false);
    for (const ability of [read, write]) {
      expect(ability.can("read", file) && ability.can("download", file)).toBe(true);
      for (const name of ["Account", "TotpFactor", "RecoveryCode", "Passkey", "DataExport"] as const)
        for (const action of ["create", "read", "update", "delete"] as const)
          expect(ability.can(action, subject(name, { ...mine })), `${action} ${name}`).toBe(false);
      expect(ability.can("delete", subject("User", { id: "me" }))).toBe(false);
      expect(ability.can("delete", subject("Session", { userId: "me" }))).toBe(false);
    }
  });
});
