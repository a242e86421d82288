import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { signInWithPassword } from "@/access/identity/sign-in";
import { signInWithEmail } from "@/features/accounts/actions";
import { endDevice, endDevicesOf, endOtherDevices } from "@/features/devices/actions";
import { listDevices } from "@/features/devices/queries";
import { renameFile } from "@/features/files/actions";
import { banPerson, unbanPerson } from "@/features/people/actions";
import { db } from "@/lib/db";
import { hostile } from "./support/hostile";
import { mailsTo } from "./support/jobs";
import { admin, PASSWORD, person } from "./support/people";
import { as, asVisitor, redirectOf, signedIn } from "./support/request";

const reason = "Sold other people’s photographs";

describe("a ban", () => {
  test("ends every session at once, and signing in says why only after the right password", async () => {
    const [boss, member] = [await admin(), await person()];
    const open = await signedIn(member);
    await open.run(() => enter("read", "User"));
    expect(await as(boss, () => banPerson({ userId: member.id, reason, until: "" }))).toMatchObject({ ok: true });
    expect(await redirectOf(open.run(() => enter("read", "User")))).toContain("/login");
    await expect(asVisitor({}, () => signInWithPassword(member.email, "another-password-1"))).rejects.toMatchObject({
      reason: "wrong_credentials",
    });
    await expect(asVisitor({}, () => signInWithPassword(member.email, PASSWORD))).rejects.toMatchObject({
      reason: "banned",
      params: { reason },
    });
  });

  test("is told to the person by mail, with its reason and end; an address nobody confirmed is told nothing", async () => {
    const [boss, member, unconfirmed] = [await admin(), await person({ locale: "fr" }), await person({ emailVerified: null })];
    for (const { id: userId } of [member, unconfirmed])
      expect(await as(boss, () => banPerson({ userId, reason, until: "2999-01-01" }))).toMatchObject({ ok: true });
    const until = "2999-01-01T23:59:59.999Z";
    expect(await mailsTo(member.email)).toMatchObject([{ template: "banned", locale: "fr", props: { reason, until } }]);
    expect(await mailsTo(unconfirmed.email)).toEqual([]);
  });

  test("ends by itself, and can be lifted", async () => {
    const [boss, member] = [await admin(), await person()];
    await db().user.update({ where: { id: member.id }, data: { bannedAt: new Date(0), bannedUntil: new Date(1), banReason: reason } });
    await asVisitor({}, () => signInWithPassword(member.email, PASSWORD));
    await as(boss, () => banPerson({ userId: member.id, reason, until: "2999-01-01" }));
    await expect(asVisitor({}, () => signInWithPassword(member.email, PASSWORD))).rejects.toMatchObject({ reason: "banned_until" });
    const told = await asVisitor({}, () => signInWithEmail({ email: member.email, password: PASSWORD }));
    expect(told.ok ? "" : told.error.message).toContain("until the end of January 1, 2999 (UTC)");
    expect(await as(boss, () => unbanPerson({ userId: member.id }))).toMatchObject({ ok: true });
    await asVisitor({}, () => signInWithPassword(member.email, PASSWORD));
  });

  test("is remembered with its reason; nobody bans themselves, a member nobody, and bad input changes nothing", async () => {
    const [boss, member, other] = [await admin(), await person(), await person()];
    expect(await as(boss, () => banPerson({ userId: boss.id, reason, until: "" }))).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
    expect(await as(member, () => banPerson({ userId: other.id, reason, until: "" }))).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
    expect(await as(member, () => banPerson({ userId: member.id, reason, until: "" }))).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
    for (const bad of [{ reason: "" }, { until: "yesterday" }, { until: "2001-01-01" }, { userId: "x" }, { role: "ADMIN" }]) {
      const given = { userId: other.id, reason, until: "", ...bad };
      expect(await as(boss, () => banPerson(given)), JSON.stringify(bad)).toMatchObject({ ok: false, error: { code: "invalid" } });
    }
    expect(await db().user.findUniqueOrThrow({ where: { id: other.id } })).toMatchObject({ bannedAt: null, epoch: 0 });
    await as(boss, () => banPerson({ userId: other.id, reason, until: "" }));
    const [row] = await db().auditEvent.findMany({ where: { subjectId: other.id, action: "user.banned" } });
    expect(row).toMatchObject({ actorId: boss.id, after: { reason } });
  });

  test("two admins who ban each other at once leave one", async () => {
    for (let round = 0; round < 5; round++) {
      const [one, two] = [await admin(), await admin()];
      await Promise.all([
        as(one, () => banPerson({ userId: two.id, reason, until: "" })),
        as(two, () => banPerson({ userId: one.id, reason, until: "" })),
      ]);
      expect(await db().user.count({ where: { id: { in: [one.id, two.id] }, bannedAt: null } })).toBe(1);
    }
  });
});

describe("devices", () => {
  test("lists one's own running sessions, this one first, with browser and system", async () => {
    const member = await person();
    const agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    const here = await signedIn(member);
    const expiresAt = new Date(Date.now() + 60_000);
    await db().session.create({ data: { userId: member.id, method: "github", userAgent: agent, expiresAt } });
    await db().session.create({ data: { userId: member.id, method: "github", endedAt: new Date(), expiresAt } });
    await signedIn(await person());
    const devices = await here.run(async () => listDevices(await enter("read", "Session")));
    expect(devices.map(({ isThis }) => isThis)).toEqual([true, false]);
    expect(devices[1]).toMatchObject({ browser: "Chrome 140", system: "Windows" });
  });

  test("one is ended by its owner alone, and is anonymous from then on", async () => {
    const [member, stranger] = [await person(), await person()];
    const [here, there] = [await signedIn(member), await signedIn(member)];
    for (const by of [stranger, await admin()])
      expect(await as(by, () => endDevice({ id: there.claims.sid }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await here.run(() => endDevice({ id: randomUUID() }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await here.run(() => endDevice({ id: there.claims.sid }))).toMatchObject({ ok: true });
    expect(await redirectOf(there.run(() => enter()))).toContain("/login");
    await here.run(() => enter());
  });

  test("one that has gone on under other ids since it was listed is ended by each of them, by its owner and by an admin", async () => {
    const [member, boss] = [await person(), await admin()];
    for (const end of [
      (id: string) => as(member, () => endDevice({ id })),
      (id: string) => as(boss, () => endDevicesOf({ userId: member.id, id })),
    ]) {
      const [listed, then, now] = [await signedIn(member), await signedIn(member), await signedIn(member)];
      for (const [one, next] of [
        [listed, then],
        [then, now],
      ] as const)
        await db().session.update({ where: { id: one.claims.sid }, data: { endedAt: new Date(), successorId: next.claims.sid } });
      expect(await end(listed.claims.sid)).toMatchObject({ ok: true });
      expect(await redirectOf(now.run(() => enter()))).toContain("/login");
      expect(await end(listed.claims.sid)).toMatchObject({ ok: false, error: { code: "not_found" } });
      const named = { OR: [{ subjectId: now.claims.sid }, { after: { path: ["sid"], equals: now.claims.sid } }] };
      expect(await db().auditEvent.count({ where: { action: { startsWith: "session.ended" }, ...named } })).toBe(1);
    }
  });

  test("whoever was signed in is told at the next click that they are no longer, and a form says how to go on; who never was is not", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    await here.run(() => endOtherDevices({}));
    expect(await redirectOf(there.run(() => enter("read", "File"), { path: "/files" }))).toBe(
      "/login?callbackUrl=%2Ffiles&notice=signed_out",
    );
    const refused = await there.run(() => renameFile({ id: randomUUID(), name: "x" }));
    expect(refused).toMatchObject({ ok: false, error: { code: "unauthenticated", message: expect.stringContaining("another tab") } });
    expect(await redirectOf(asVisitor({ path: "/files" }, () => enter("read", "File")))).toBe("/login?callbackUrl=%2Ffiles");
  });

  test("all others are ended and this one stays", async () => {
    const member = await person();
    const [here, ...others] = [await signedIn(member), await signedIn(member), await signedIn(member)];
    expect(await here.run(() => endOtherDevices({}))).toMatchObject({ ok: true, data: { count: 2 } });
    for (const other of others) expect(await redirectOf(other.run(() => enter()))).toContain("/login");
    await here.run(() => enter());
  });
});

describe("lifetimes", () => {
  test("an admin's session ends after an hour without a request, and a day after sign-in; a member's does not", async () => {
    const [boss, member] = [await admin(), await person()];
    for (const [who, idle] of [
      [boss, true],
      [member, false],
    ] as const) {
      const session = await signedIn(who);
      await db().session.update({ where: { id: session.claims.sid }, data: { lastSeenAt: new Date(Date.now() - 61 * 60_000) } });
      // Five at once: none slips in while another is being judged.
      if (idle)
        for (const target of await Promise.all(Array.from({ length: 5 }, () => redirectOf(session.run(() => enter())))))
          expect(target).toContain("/login");
      else await session.run(() => enter());
    }
    const old = { began: Math.floor(Date.now() / 1000) - 25 * 3600 };
    expect(await redirectOf((await signedIn(boss, old)).run(() => enter()))).toContain("/login");
    await (await signedIn(member, old)).run(() => enter());
  });

  test("a member of a day ago who becomes an admin signs in again", async () => {
    const member = await person();
    const session = await signedIn(member, { began: Math.floor(Date.now() / 1000) - 25 * 3600 });
    await session.run(() => enter());
    await db().user.update({ where: { id: member.id }, data: { role: "ADMIN" } });
    await expect.poll(() => redirectOf(session.run(() => enter())).catch(() => "")).toContain("/login");
  });

  test("a cookie of the first release, which knew less, is still good, and what it lacks is looked up", async () => {
    const member = await person({ emailVerified: null });
    const { emailVerified, secondFactor, strong, began, deleteAfter, whole, ...first } = (await signedIn(member)).claims;
    const session = await signedIn(member, {
      ...first,
      emailVerified: undefined,
      secondFactor: undefined,
      strong: undefined,
      began: undefined,
      whole: undefined,
    } as never);
    expect(await redirectOf(session.run(() => enter("read", "File")))).toContain("/verify-email");
    expect(emailVerified || secondFactor || strong || deleteAfter).toBeFalsy();
    expect(began && whole).toBeTruthy();
  });
});

describe("endDevicesOf", () => {
  const running = ({ id }: { id: string }) => db().session.count({ where: { userId: id, endedAt: null } });

  test("an admin ends one device of somebody, or all, at once and remembered", async () => {
    const [boss, member] = [await admin(), await person()];
    const [one, two, three] = [await signedIn(member), await signedIn(member), await signedIn(member)];
    expect(await as(boss, () => endDevicesOf({ userId: member.id, id: one.claims.sid }))).toMatchObject({ ok: true });
    expect([await one.run(currentEntry), (await two.run(currentEntry))?.actor.userId]).toEqual([null, member.id]);
    expect(await as(boss, () => endDevicesOf({ userId: member.id }))).toMatchObject({ ok: true });
    expect([await two.run(currentEntry), await three.run(currentEntry), await running(member)]).toEqual([null, null, 0]);
    const events = await db().auditEvent.findMany({
      where: { subjectId: member.id, action: "session.ended_by_admin" },
      orderBy: { at: "asc" },
    });
    expect(events.map(({ actorId, after }) => [actorId, after])).toEqual([
      [boss.id, { sid: one.claims.sid, count: 1 }],
      [boss.id, { sid: null, count: 2 }],
    ]);
  });

  test("is refused to members, for one's own, for nobody's and for bad input; a session of another person is not theirs", async () => {
    const [boss, member, other] = [await admin(), await person(), await person()];
    const theirs = await signedIn(other);
    const code = async (by: { id: string }, input: { userId: string; id?: string }) => {
      const result = await as(by, () => endDevicesOf(input));
      return result.ok ? "ok" : result.error.code;
    };
    expect(await code(member, { userId: other.id })).toBe("forbidden");
    const mine = await signedIn(boss);
    for (const id of [undefined, mine.claims.sid]) expect(await code(boss, { userId: boss.id, id })).toBe("forbidden");
    expect(await code(boss, { userId: (await person()).id })).toBe("not_found");
    expect(await code(boss, { userId: member.id, id: theirs.claims.sid })).toBe("not_found");
    expect((await theirs.run(currentEntry))?.actor.userId).toBe(other.id);
    for (const { name, input } of hostile({ userId: other.id, id: theirs.claims.sid }, { optional: ["id"] }))
      expect(await as(boss, () => endDevicesOf(input as never)), name).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect(await running(other)).toBe(1);
  });
});
