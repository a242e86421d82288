import { randomUUID } from "node:crypto";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { GET } from "@/app/api/audit/route";
import { confirmPassword } from "@/features/accounts/actions";
import { AuditList } from "@/features/audit/audit-list";
import { auditLength, exportAudit, listAudit } from "@/features/audit/queries";
import { type AuditQuery, auditQuerySchema } from "@/features/audit/schema";
import { CHOICES, findWho } from "@/features/audit/who-queries";
import { issueDownload } from "@/features/files/changes";
import { banPerson, changeRole } from "@/features/people/actions";
import { findBook } from "@/features/studio/books/queries";
import { csvLine } from "@/lib/csv";
import { db } from "@/lib/db";
import { admin, file, PASSWORD, person } from "./support/people";
import { as, signedIn } from "./support/request";

const list = (by: { id: string }, query: Record<string, string> = {}) =>
  as(by, async () => listAudit(await enter(), auditQuerySchema.parse(query)));
const acts = async (by: { id: string }, query: Record<string, string>) => (await list(by, query)).events.map(({ action }) => action);
const textOf = async (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

/** The rows as they read before anybody opens them. */
const rows = async (by: { id: string }, query?: AuditQuery) => {
  const html = renderToStaticMarkup(await as(by, async () => AuditList({ entry: await enter(), ...(query && { query }) })));
  return [...html.matchAll(/<summary.*?<\/summary>/g)].map(([row]) => row.replace(/<time.*?<\/time>|<[^>]+>/g, ""));
};
const whom = (by: { id: string }, text: string) => as(by, async () => findWho(await enter(), text));

describe("the audit log", () => {
  test("shows who did what to whom, from where, with before and after", async () => {
    const [boss, member] = [await admin({ name: "Ines Robalo" }), await person({ name: "Tom Aune" })];
    await as(boss, () => changeRole({ userId: member.id, role: "ADMIN" }));
    const [event] = (await list(boss, { act: "user.role_changed", who: member.email.toUpperCase() })).events;
    expect(event).toMatchObject({
      actor: "Ines Robalo",
      subject: "Tom Aune",
      ip: "203.0.113.7",
      before: { role: "MEMBER" },
      after: { role: "ADMIN" },
    });
    await as(boss, () => changeRole({ userId: member.id, role: "MEMBER" }));
    expect(await rows(boss, { who: member.id })).toEqual([
      "Ines Robalo changed a role · Tom Aune · now a member203.0.113.7",
      "Ines Robalo changed a role · Tom Aune · now an admin203.0.113.7",
    ]);
  });

  test("is filtered by act, person and day, each and together; the last day counts to its end", async () => {
    const [boss, one, other] = [await admin(), await person(), await person()];
    await as(boss, () => changeRole({ userId: one.id, role: "ADMIN" }));
    await as(boss, () => banPerson({ userId: other.id, reason: "spam", until: "" }));
    const today = new Date().toISOString().slice(0, 10);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    expect(await acts(boss, { who: one.id })).toEqual(["user.role_changed"]);
    expect(await acts(boss, { who: boss.id })).toEqual(["user.banned", "user.role_changed"]);
    expect(await acts(boss, { who: boss.id, act: "user.banned" })).toEqual(["user.banned"]);
    expect(await acts(boss, { who: boss.id, from: today, to: today })).toHaveLength(2);
    expect(await acts(boss, { who: boss.id, from: tomorrow })).toEqual([]);
    expect(await acts(boss, { who: "nobody@example.org" })).toEqual([]);
    expect(await acts(boss, { who: "", act: "", from: "", to: "" })).not.toEqual([]);
  });

  test("is filtered by a part of a name or an address: of one person at once, of several after a choice", async () => {
    const [boss, one] = [await admin(), await person({ name: "Zoë Quillfeather", email: "zq-first@example.org" })];
    const banned = () => acts(boss, { who: "quillfeather zoe" });
    await as(boss, () => banPerson({ userId: one.id, reason: "spam", until: "" }));
    expect(await banned()).toEqual(["user.banned"]);
    const other = await person({ name: "Zoé Quillfeather", email: "zq-second@example.org" });
    expect(await whom(boss, "QUILL")).toMatchObject({ id: null, people: [{ id: other.id }, { id: one.id }], isMore: false });
    expect(await banned()).toEqual([]);
    expect(await whom(boss, " ZQ-First@example.org ")).toMatchObject({ id: one.id, people: [{ name: "Zoë Quillfeather" }] });
    // By a letter somebody else's address: offered, and not taken for what was meant.
    expect(await whom(boss, "zq-first@example.or")).toMatchObject({ id: null, people: [{ id: one.id }] });
    expect(await whom(boss, "quillfeather bertha")).toEqual({ id: null, people: [], isMore: false });
    for (let count = 1; count < CHOICES; count++) await person({ name: `Quillfeather ${count}` });
    const many = await whom(boss, "quillfeather");
    expect([many.id, many.people.length, many.isMore]).toEqual([null, CHOICES, true]);
  });

  test("says in the row why, where somebody gave a reason or Foyer noted one", async () => {
    const [boss, member] = [await admin({ name: "Ines Robalo" }), await person({ name: "Tom Aune" })];
    await as(boss, () => banPerson({ userId: member.id, reason: "Spam, again", until: "" }));
    const failed = { action: "user.sign_in_failed", subjectType: "User", subjectId: member.id };
    await db().auditEvent.createMany({
      data: ["wrong", "of another release"].map((reason, index) => ({
        ...failed,
        at: new Date(Date.now() + index + 1),
        after: { method: "password", reason },
      })),
    });
    expect(await rows(boss, { who: member.id })).toEqual([
      "Tom Aune had a failed sign-in · reason: of another release",
      "Tom Aune had a failed sign-in · reason: the password or the passkey was wrong",
      "Ines Robalo banned somebody · Tom Aune · reason: Spam, again203.0.113.7",
    ]);
    expect(await rows(member, { who: boss.id })).toEqual([]);
  });

  test("tells the owner of a file each time an admin opened it and why, and not who; the log finds it by its owner", async () => {
    const [boss, owner, other] = [await admin({ name: "Ines Robalo" }), await person({ name: "Tom Aune" }), await person()];
    const { id } = await file(owner);
    const open = (by: { id: string }, reason?: string) =>
      as(by, async () => issueDownload(await enter(), id, { reason, disposition: "attachment" }));
    await expect(open(boss)).rejects.toMatchObject({ reason: "reason_required" });
    await expect(open(other, "only out of interest")).rejects.toMatchObject({ code: "not_found" });
    expect(await rows(owner)).toEqual([]);
    await open(owner);
    for (const reason of ["asked for by Tom", "asked for again"]) await open(boss, reason);
    expect(await rows(owner)).toEqual([
      "An admin opened a file of yours · reason: asked for again",
      "An admin opened a file of yours · reason: asked for by Tom",
      "Tom Aune opened a file203.0.113.7",
    ]);
    expect((await rows(boss, { who: owner.id }))[0]).toBe(
      "Ines Robalo opened somebody’s file · Tom Aune · reason: asked for again203.0.113.7",
    );
    expect(await rows(other)).toEqual([]);
  });

  test("speaks to whoever wrote what an admin read as the one who wrote it, and of them to everybody else", async () => {
    const [boss, author] = [await admin({ name: "Ines Robalo" }), await person({ name: "Tom Aune" })];
    const { id } = await db().book.create({ data: { title: "A door", authorId: author.id } });
    await as(boss, async () => findBook(await enter(), id));
    expect(await rows(author)).toEqual(["An admin read what you wrote"]);
    for (const query of [undefined, { who: author.id }])
      expect((await rows(boss, query))[0]).toBe("Ines Robalo read what somebody wrote · Tom Aune203.0.113.7");
  });

  test("tells somebody who signed in from whoever was signed in and goes on in a new session", async () => {
    const [boss, member] = [await admin(), await person({ name: "Tom Aune" })];
    const window = await signedIn(member);
    expect(await window.run(() => confirmPassword({ password: PASSWORD }))).toMatchObject({ ok: true });
    const told = ["Tom Aune went on in a new session203.0.113.7", "Tom Aune confirmed who they are203.0.113.7"];
    expect(await rows(member)).toEqual(told);
    expect(await rows(boss, { who: member.id, act: "user.signed_in" })).toEqual(told.slice(0, 1));
  });

  test("what is recent of an admin's own is not buried by what their job did to each person; the log has every row", async () => {
    const [boss, other] = [await admin({ name: "Ines Robalo" }), await admin({ name: "Bo Lind" })];
    const [job, now] = [randomUUID(), Date.now()];
    const by = { actorId: boss.id, subjectType: "User" };
    const member = await person({ name: "Tom Aune" });
    await as(boss, () => banPerson({ userId: member.id, reason: "spam", until: "" }));
    await db().auditEvent.createMany({
      data: Array.from({ length: 60 }, (_, index) => ({
        ...by,
        at: new Date(now + 1_000 + index),
        action: "user.imported",
        subjectId: randomUUID(),
        after: { from: "clerk", job },
      })),
    });
    await db().auditEvent.createMany({
      data: [
        { ...by, at: new Date(now + 2_000), action: "people_job.finished", subjectType: "PeopleJob", subjectId: job },
        // What somebody else's job did to them befell them, and is theirs to know.
        { ...by, at: new Date(now + 3_000), actorId: other.id, action: "user.updated_by_import", subjectId: boss.id, after: { job } },
      ],
    });
    expect(await rows(boss)).toEqual([
      "Bo Lind changed somebody by an import · Ines Robalo",
      "Ines Robalo finished work on many people",
      "Ines Robalo banned somebody · Tom Aune · reason: spam203.0.113.7",
    ]);
    expect((await list(boss, { who: boss.id })).events.filter(({ action }) => action === "user.imported")).not.toEqual([]);
  });

  test("is filtered by the id of somebody deleted too, whose name and address nothing says any more", async () => {
    const [boss, gone] = [await admin(), await person({ name: "Wilma Fernhollow" })];
    await as(boss, () => banPerson({ userId: gone.id, reason: "spam", until: "" }));
    await db().user.update({ where: { id: gone.id }, data: { deletedAt: new Date() } });
    expect(await acts(boss, { who: gone.id.toUpperCase() })).toEqual(["user.banned"]);
    expect(await whom(boss, gone.id)).toMatchObject({ id: gone.id, people: [{ deletedAt: expect.any(Date) }] });
    expect(await whom(boss, "fernhollow")).toMatchObject({ id: null, people: [] });
  });

  test("pages through without missing or repeating an event, also where many are of one moment", async () => {
    const boss = await admin();
    const at = new Date();
    await db().auditEvent.createMany({
      data: Array.from({ length: 120 }, (_, index) => ({
        at,
        action: "user.signed_in",
        subjectType: "Session",
        subjectId: `page-${index}`,
        actorId: boss.id,
      })),
    });
    const seen: (string | null)[] = [];
    for (let cursor: string | null = null, pages = 0; pages === 0 || cursor; pages++) {
      const page: Awaited<ReturnType<typeof list>> = await list(boss, { who: boss.id, ...(cursor && { cursor }) });
      seen.push(...page.events.map(({ subjectId }) => subjectId));
      cursor = page.next;
    }
    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
  });

  test("a member reads their own events, and of nobody else's even that there are any", async () => {
    const [boss, member, other] = [await admin(), await person(), await person()];
    await as(boss, () => changeRole({ userId: other.id, role: "ADMIN" }));
    await db().auditEvent.create({ data: { action: "user.signed_in", subjectType: "User", subjectId: member.id, actorId: member.id } });
    expect(await acts(member, {})).toEqual(["user.signed_in"]);
    expect(await rows(member)).toHaveLength(1);
    expect(await acts(member, { who: other.id })).toEqual([]);
    expect(await whom(member, other.email)).toEqual({ id: null, people: [], isMore: false });
    expect(await as(member, async () => auditLength(await enter()))).toBe(0);
    const window = await signedIn(member);
    expect((await window.fetch(GET, "/api/audit")).status).toBe(403);
  });

  test("as CSV has all of it in any amount, nothing a spreadsheet would run, and is an event itself", async () => {
    const boss = await admin();
    await db().auditEvent.createMany({
      data: Array.from({ length: 2_500 }, (_, index) => ({
        at: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 3)),
        action: "user.signed_in",
        subjectType: "Session",
        subjectId: `csv-${index}`,
        actorId: boss.id,
        userAgent: index === 7 ? '=HYPERLINK("https://evil.example","x")' : 'a "b", c',
      })),
    });
    const csv = await as(boss, async () => textOf(await exportAudit(await enter(), { who: boss.id, act: "user.signed_in" })));
    const lines = csv.split("\r\n");
    expect(lines[0]).toBe("at,action,actorId,realActorId,subjectType,subjectId,ip,userAgent,before,after,id");
    expect(lines).toHaveLength(2_502);
    expect(new Set(lines.map((line) => /csv-\d+/.exec(line)?.[0]).filter(Boolean)).size).toBe(2_500);
    expect(csv).toContain(`"'=HYPERLINK(""https://evil.example"",""x"")"`);
    expect(await acts(boss, { who: boss.id, act: "audit.exported" })).toHaveLength(1);
    const answer = await (await signedIn(boss)).fetch(GET, `/api/audit?act=audit.exported`);
    expect([answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")]).toEqual([
      200,
      "text/csv; charset=utf-8",
      "private, no-store",
    ]);
    expect((await answer.text()).split("\r\n").length).toBeGreaterThan(2);
  });

  test("as CSV is refused where nobody, or more than one person, is meant, and nothing is remembered of it", async () => {
    const [boss] = [await admin(), await person({ name: "Alike Nimmo" }), await person({ name: "Alike Nimmo" })];
    for (const who of ["alike nimmo", "nobody@example.org"])
      await expect(as(boss, async () => exportAudit(await enter(), { who }))).rejects.toMatchObject({
        code: "invalid",
        reason: "who_unclear",
      });
    expect(await db().auditEvent.count({ where: { action: "audit.exported", actorId: boss.id } })).toBe(0);
  });

  test("as CSV ends where its reader is banned", async () => {
    const [boss, other] = [await admin(), await admin()];
    const events = Array.from({ length: 3_500 }, () => ({
      action: "user.signed_in",
      subjectType: "User",
      subjectId: "x",
      actorId: boss.id,
    }));
    await db().auditEvent.createMany({ data: events });
    const reading = await as(boss, async () => (await exportAudit(await enter(), { who: boss.id, act: "user.signed_in" })).getReader());
    expect((await reading.read()).done).toBe(false);
    expect(await as(other, () => banPerson({ userId: boss.id, reason: "x" }))).toMatchObject({ ok: true });
    const rest = async () => {
      while (!(await reading.read()).done);
    };
    await expect(rest()).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test.each([
    "act=x",
    "from=2026-13-01",
    "to=yesterday",
    "to=9999-12-31",
    "from=0000-01-01",
    "from=1969-12-31",
    "who=%00",
    "cursor=x",
    "role=ADMIN",
    "act=user.banned&act=user.banned",
  ])("?%s is bad input, not an error", async (query) => {
    const answer = await (await signedIn(await admin())).fetch(GET, `/api/audit?${query}`);
    expect(answer.status).toBe(422);
  });
});

test("nor is one begun within a cell, where a semicolon separates", () => {
  expect(csvLine(["x;=1+1;@y"])).toBe("x;'=1+1;'@y\r\n");
});

test.each(["=1+1", "+1", "-1", "@x", "\tx", "\rx"])("a cell that begins like a formula is text: %j", (value) => {
  expect(csvLine([value, 1, null])).toMatch(/^"?'/);
  expect(csvLine([value, 1, null])).toMatch(/,1,\r\n$/);
});
