import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { ACTIONS, policyLines, SUBJECTS } from "@/access/policy";
import { abilityFor } from "@/access/rules";
import { answerPolicy } from "@/features/policy/queries";
import { policyQuerySchema } from "@/features/policy/schema";
import { admin, file, person } from "./support/people";
import { as } from "./support/request";

const ask = (by: { id: string }, query: Record<string, string>) =>
  as(by, async () => answerPolicy(await enter(), policyQuerySchema.parse(query)));
const whole = { userId: "own", profileComplete: true, mustChangePassword: false, emailVerified: true } as const;

describe("the table", () => {
  test("has every rule of every role once, and speaks of every subject and action there is", () => {
    const lines = policyLines();
    expect(new Set(lines.map((line) => JSON.stringify(line))).size).toBe(lines.length);
    const [admins, taken] = [
      lines.filter(({ bearer }) => /MEMBER|ADMIN/.test(bearer)),
      lines.filter(({ bearer }) => bearer === "impersonated"),
    ];
    expect(admins).toHaveLength(abilityFor({ ...whole, role: "ADMIN", mayImpersonateWrite: true }).rules.length);
    expect(taken.length).toBeGreaterThan(4);
    expect(taken.every(({ allows }) => !allows)).toBe(true);
    expect(SUBJECTS).toEqual(expect.arrayContaining(["User", "File", "AuditEvent", "Dashboard"]));
    expect([...new Set(lines.flatMap(({ actions }) => actions))].sort()).toEqual([...ACTIONS].sort());
    expect(lines).toContainEqual({
      bearer: "MEMBER",
      allows: true,
      actions: ["update"],
      subjects: ["File"],
      conditions: { ownerId: "own" },
      fields: ["name", "organizationId"],
      reason: null,
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ bearer: "ADMIN", allows: false, fields: ["role"], conditions: { id: "own" }, reason: "own_role" }),
    );
  });
});

describe("may they, and why?", () => {
  test("answers for this row and for any, by the line that decides", async () => {
    const [boss, member, other] = [await admin(), await person(), await person()];
    const mine = await file(member);
    expect(await ask(boss, { who: member.email, action: "download", subject: "File", id: mine.id })).toMatchObject({
      allowed: true,
      line: { allows: true, conditions: { ownerId: member.id } },
    });
    expect(await ask(boss, { who: other.id, action: "download", subject: "File", id: mine.id })).toMatchObject({
      allowed: false,
      line: null,
    });
    expect(await ask(boss, { who: other.id, action: "download", subject: "File" })).toMatchObject({ allowed: true });
    expect(await ask(boss, { who: member.id, action: "update", subject: "File", id: mine.id, field: "ownerId" })).toMatchObject({
      allowed: false,
    });
    expect(await ask(boss, { who: boss.id, action: "update", subject: "User", id: boss.id, field: "role" })).toMatchObject({
      allowed: false,
      line: { allows: false, reason: "own_role" },
    });
    expect(await ask(boss, { who: member.id, action: "read", subject: "Dashboard" })).toMatchObject({ allowed: false, line: null });
    const unfinished = await person({ complete: false });
    expect(await ask(boss, { who: unfinished.id, action: "create", subject: "File" })).toMatchObject({ allowed: false });
    expect(
      await ask(boss, { who: (await person({ bannedAt: new Date(), banReason: "x" })).id, action: "read", subject: "User" }),
    ).toMatchObject({ banned: true });
  });

  test("says what is not there, answers no member, and nothing that is not whole", async () => {
    const [boss, member] = [await admin(), await person()];
    expect(await ask(boss, { who: "nobody@example.org", action: "read", subject: "File" })).toEqual({ missing: "who" });
    for (const subject of SUBJECTS)
      for (const id of ["0190f1ce-0000-7000-8000-00000000dead", "x"])
        expect(await ask(boss, { who: member.id, action: "read", subject, id }), `${subject} ${id}`).toEqual({ missing: "id" });
    expect(await ask(boss, { who: member.id, action: "read" })).toBeNull();
    expect(await ask(boss, { who: "", action: "read", subject: "File" })).toBeNull();
    expect(await ask(member, { who: member.id, action: "read", subject: "File" })).toBeNull();
    for (const query of [{ action: "manage" }, { subject: "all" }, { who: "a\0" }, { field: "a b" }, { more: "1" }])
      expect(policyQuerySchema.safeParse(query).success, JSON.stringify(query)).toBe(false);
  });
});
