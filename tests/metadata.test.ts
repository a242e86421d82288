import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { GET, PATCH } from "@/app/api/me/route";
import { setMetadata } from "@/features/metadata/actions";
import { getMetadata } from "@/features/metadata/queries";
import { db } from "@/lib/db";
import { admin, person } from "./support/people";
import { as, asVisitor, type Browser, browser, signedIn } from "./support/request";

const EMPTY = "{}";
const patch = (window: Browser, body: unknown) =>
  window.fetch(PATCH, "/api/me", { method: "PATCH", body: typeof body === "string" ? body : JSON.stringify(body) });
const partsOf = ({ id }: { id: string }) =>
  db().user.findUniqueOrThrow({ where: { id }, select: { publicMetadata: true, privateMetadata: true, unsafeMetadata: true } });

describe("metadata in three parts", () => {
  test("an admin writes public and private, the person reads the public and writes the unsafe, and nobody else anything", async () => {
    const [boss, me, other] = [await admin(), await person(), await person()];
    const given = { plan: "team", seats: 3, tags: ["a", { b: null }], "": true };
    for (const part of ["public", "private"] as const)
      expect(await as(boss, () => setMetadata({ userId: me.id, part, json: JSON.stringify(given), was: EMPTY }))).toMatchObject({
        ok: true,
      });
    const mine = await signedIn(me);
    expect((await patch(mine, { unsafeMetadata: { theme: "mine" } })).status).toBe(200);
    const seen = await (await mine.fetch(GET, "/api/me")).json();
    expect(seen).toMatchObject({ id: me.id, email: me.email, publicMetadata: given, unsafeMetadata: { theme: "mine" } });
    expect(seen).not.toHaveProperty("privateMetadata");
    expect(await partsOf(me)).toEqual({ publicMetadata: given, privateMetadata: given, unsafeMetadata: { theme: "mine" } });
    for (const by of [me, other])
      for (const part of ["public", "private"] as const)
        expect(await as(by, () => setMetadata({ userId: me.id, part, json: EMPTY, was: JSON.stringify(given) })), part).toMatchObject({
          ok: false,
          error: { code: "forbidden" },
        });
    expect(await as(other, async () => getMetadata(await enter(), me.id))).toBeNull();
    expect(await as(boss, async () => getMetadata(await enter(), me.id))).toMatchObject({ privateMetadata: given });
    expect(await asVisitor({}, () => setMetadata({ userId: me.id, part: "public", json: EMPTY, was: EMPTY }))).toMatchObject({ ok: false });
    expect((await browser().fetch(GET, "/api/me")).status).toBe(401);
    expect(await partsOf(other)).toEqual({ publicMetadata: {}, privateMetadata: {}, unsafeMetadata: {} });
  });

  test("the audit log says that it changed, and nothing of what is in it", async () => {
    const [boss, me] = [await admin(), await person()];
    await as(boss, () => setMetadata({ userId: me.id, part: "private", json: '{"note":"unmistakable"}', was: EMPTY }));
    const told = await db().auditEvent.findFirstOrThrow({ where: { action: "user.metadata_changed", subjectId: me.id } });
    expect(told).toMatchObject({ actorId: boss.id, after: { part: "private", bytes: 23 } });
    expect(JSON.stringify(told)).not.toContain("unmistakable");
    // Saved once more it changes nothing, and nothing is remembered.
    expect(
      await as(boss, () => setMetadata({ userId: me.id, part: "private", json: ' {"note": "unmistakable"}', was: EMPTY })),
    ).toMatchObject({
      ok: true,
    });
    expect(await db().auditEvent.count({ where: { action: "user.metadata_changed", subjectId: me.id } })).toBe(1);
  });

  test("what another admin wrote meanwhile is not overwritten; the order of keys is no difference", async () => {
    const [boss, me] = [await admin(), await person()];
    const set = (json: string, was: string) => as(boss, () => setMetadata({ userId: me.id, part: "public", json, was }));
    expect(await set('{"a":1,"b":2}', EMPTY)).toMatchObject({ ok: true });
    expect(await set('{"mine":true}', EMPTY)).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await set('{"a":2}', ' { "b": 2, "a": 1 } ')).toMatchObject({ ok: true });
    expect((await partsOf(me)).publicMetadata).toEqual({ a: 2 });
    const gone = await person({ deletedAt: new Date() });
    expect(await as(boss, () => setMetadata({ userId: gone.id, part: "public", json: EMPTY, was: EMPTY }))).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });

  test("a part is a JSON object of 8 kB at most that the database can keep; anything else is said to be wrong, beside the field", async () => {
    const [boss, me] = [await admin(), await person()];
    const padded = (bytes: number) => JSON.stringify({ x: "é".repeat((bytes - 8) / 2) });
    const deep = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    const wrong = [
      "",
      "x",
      "[]",
      "null",
      '"text"',
      "{",
      '{"a":undefined}',
      padded(8_194),
      deep(33),
      deep(3_000),
      '{"a":"\\u0000"}',
      '{"\\ud800":1}',
    ].slice(1);
    for (const json of wrong) {
      const answer = await as(boss, () => setMetadata({ userId: me.id, part: "public", json, was: EMPTY }));
      expect(answer, json.slice(0, 20)).toMatchObject({ ok: false, error: { code: "invalid", fields: { json: expect.any(String) } } });
    }
    for (const body of [
      "x",
      "null",
      "[]",
      "{}",
      { unsafeMetadata: [] },
      { unsafeMetadata: {}, role: "ADMIN" },
      { unsafeMetadata: "{}" },
      { unsafeMetadata: { a: "\u0000" } },
      `{"unsafeMetadata":${deep(3_000)}}`,
    ]) {
      const { status } = await patch(await signedIn(me), body);
      expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400);
      expect(status, JSON.stringify(body)).toBeLessThan(500);
    }
    const kept = [
      '{"a":"\\\\u0000"}',
      padded(8_192),
      '{"__proto__":{"role":"ADMIN"},"constructor":1}',
      deep(32),
      '{"😀":"\\ud83d\\ude00"}',
    ];
    for (const json of kept) {
      const was = JSON.stringify((await partsOf(me)).publicMetadata);
      expect(await as(boss, () => setMetadata({ userId: me.id, part: "public", json, was })), json.slice(0, 30)).toMatchObject({
        ok: true,
      });
      expect(JSON.stringify((await partsOf(me)).publicMetadata).length).toBeGreaterThan(6);
    }
    expect(await db().user.findUniqueOrThrow({ where: { id: me.id }, select: { role: true } })).toEqual({ role: "MEMBER" });
  });
});
