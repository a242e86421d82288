import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { isStillSignedIn } from "@/access/bearer";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { verifyCredentials } from "@/access/identity/credentials";
import { GET as report } from "@/app/api/people-jobs/[id]/report/route";
import { GET as download } from "@/app/api/people-jobs/[id]/route";
import { cancelPeopleJob, exportPeople, startBulk } from "@/features/people-jobs/actions";
import { bulkStep } from "@/features/people-jobs/bulk";
import { exportStep } from "@/features/people-jobs/export";
import { PEOPLE_COLUMNS } from "@/features/people-jobs/format";
import { getPeopleJob, listPeopleJobs, listRefusals, REPORT_PAGE_SIZE } from "@/features/people-jobs/queries";
import { doPeopleJob } from "@/features/people-jobs/runner";
import type { startBulkSchema } from "@/features/people-jobs/schema";
import { resetPassword } from "@/features/recovery/actions";
import { unguarded } from "@/lib/csv";
import { db } from "@/lib/db";
import { handleStorageRequest } from "@/storage";
import { hostile } from "./support/hostile";
import { tokenTo } from "./support/jobs";
import { OTHER_PASSWORD } from "./support/mail-flows";
import { admin, person } from "./support/people";
import { as, asVisitor, type Browser, redirectOf, signedIn } from "./support/request";

const work = doPeopleJob({ BULK: bulkStep, EXPORT: exportStep });
const done = (jobId: string) => work({ jobId }, { id: randomUUID(), attempt: 1, signal: new AbortController().signal });
const rowOf = (id: string) => db().peopleJob.findUniqueOrThrow({ where: { id } });
const reasonsOf = async (jobId: string) =>
  (await db().peopleJobRefusal.findMany({ where: { jobId }, orderBy: { row: "asc" } })).map(({ row, subject, reason }) => [
    row,
    subject,
    reason,
  ]);
const userOf = (id: string) => db().user.findUniqueOrThrow({ where: { id } });
const code = async (answer: Promise<{ ok: boolean; error?: { code: string } }>) => (await answer).error?.code ?? "ok";

// The last ADMIN is a property of the whole table.
beforeEach(async () => void (await db().user.updateMany({ where: { role: "ADMIN" }, data: { role: "MEMBER" } })));

async function bulk(window: Browser, input: z.input<typeof startBulkSchema>): Promise<string> {
  const asked = await window.run(() => startBulk(input));
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  await done(asked.data.id);
  return asked.data.id;
}

/** People by one statement, all of one name. */
async function crowd(count: number): Promise<string> {
  const name = `Crowd ${randomUUID()}`;
  await db().$executeRaw`INSERT INTO "User" ("id", "email", "name", "emailVerified", "profileComplete", "updatedAt")
    SELECT gen_random_uuid(), 'n' || n || '.' || ${name.slice(6)} || '@example.org', ${name}, now(), true, now() FROM generate_series(1, ${count}::int) n`;
  return name;
}

describe("an act on many", () => {
  test("is done to each who was chosen, with an audit row for each, and the report says of whom not and why", async () => {
    const [boss, other, one, banned] = [await admin(), await admin(), await person(), await person({ bannedAt: new Date() })];
    const gone = randomUUID();
    const window = await signedIn(boss);
    const theirs = await signedIn(one);
    const ids = [boss.id, one.id, banned.id, other.id, gone, one.id];
    const id = await bulk(window, { act: "ban", reason: "Spam", until: "", ids });
    expect(await rowOf(id)).toMatchObject({ status: "DONE", total: 5, done: 2, refused: 3 });
    expect(await reasonsOf(id)).toEqual([
      [1, boss.id, "own_ban"],
      [3, banned.id, "already_banned"],
      // A name that stands twice in the list is one.
      [5, gone, "not_found"],
    ]);
    expect(await userOf(one.id)).toMatchObject({ banReason: "Spam", bannedUntil: null });
    expect(await redirectOf(theirs.run(() => enter()))).toMatch(/^\/login/);
    const events = await db().auditEvent.findMany({ where: { action: "user.banned", subjectId: { in: ids } } });
    expect(events).toHaveLength(2);
    for (const event of events) expect(event).toMatchObject({ actorId: boss.id, after: { reason: "Spam", job: id } });
  });

  test("changes role, confirms, lets back in, signs out, deletes after 14 days and takes that back, by the rules of one alone", async () => {
    const boss = await admin();
    const window = await signedIn(boss);
    const [plain, unverified, leaving] = [
      await person(),
      await person({ emailVerified: null }),
      await person({ deleteAfter: new Date(Date.now() + 60_000) }),
    ];
    const banned = await person({ bannedAt: new Date(), banReason: "x" });
    await signedIn(plain);
    const ids = [plain.id, unverified.id, leaving.id, banned.id];
    const reasons = async (input: z.input<typeof startBulkSchema>) => {
      const id = await bulk(window, input);
      return (await reasonsOf(id)).map(([row, , reason]) => `${row} ${reason}`);
    };
    expect(await reasons({ act: "verify", ids })).toEqual(["1 already_verified", "3 already_verified", "4 already_verified"]);
    expect(await reasons({ act: "unban", ids })).toEqual(["1 not_banned", "2 not_banned", "3 not_banned"]);
    expect(await reasons({ act: "signOut", ids })).toEqual(["2 not_signed_in", "3 not_signed_in", "4 not_signed_in"]);
    // What is one's own ends on one's own page.
    expect(await reasons({ act: "signOut", ids: [boss.id] })).toEqual(["1 own_devices"]);
    expect(await reasons({ act: "role", role: "ADMIN", ids })).toEqual([]);
    expect(await reasons({ act: "role", role: "ADMIN", ids })).toEqual(ids.map((_, at) => `${at + 1} role_unchanged`));
    expect(await reasons({ act: "delete", ids })).toEqual(["3 already_leaving"]);
    const days = ((await userOf(plain.id)).deleteAfter?.getTime() ?? 0) - Date.now();
    expect(Math.round(days / 86_400_000)).toBe(14);
    const mails = await db().mail.findMany({ where: { userId: { in: ids }, template: "accountDeletion" } });
    expect(mails.map(({ userId }) => userId).sort()).toEqual([plain.id, unverified.id, banned.id].sort());
    expect(await reasons({ act: "keep", ids: [plain.id, banned.id, leaving.id] })).toEqual([]);
    expect(await reasons({ act: "keep", ids: [plain.id] })).toEqual(["1 not_leaving"]);
    expect(await userOf(unverified.id)).toMatchObject({ role: "ADMIN", emailVerified: expect.any(Date), deleteAfter: expect.any(Date) });
  });

  test("that confirms an address takes the account from whoever registered it: by the mail its owner chooses a password", async () => {
    const registered = await person({ emailVerified: null });
    const stranger = await signedIn(registered);
    await db().account.create({ data: { userId: registered.id, provider: "github", providerAccountId: randomUUID(), type: "oauth" } });
    expect(await reasonsOf(await bulk(await signedIn(await admin()), { act: "verify", ids: [registered.id] }))).toEqual([]);
    expect(await stranger.run(currentEntry)).toBeNull();
    const left = { where: { userId: registered.id } };
    expect([await db().password.count(left), await db().account.count(left)]).toEqual([0, 0]);
    expect(await userOf(registered.id)).toMatchObject({ emailVerified: expect.any(Date) });
    const token = await tokenTo(registered.email, "reset");
    expect(await redirectOf(asVisitor({}, () => resetPassword({ token, password: OTHER_PASSWORD })))).toContain("/login");
    expect(await asVisitor({}, () => verifyCredentials(registered.email, OTHER_PASSWORD))).toBe(registered.id);
  });

  test("of all that match a filter takes those who were there when it was asked for, whatever it does to the filter", async () => {
    const name = await crowd(250);
    const window = await signedIn(await admin());
    await db().user.updateMany({ where: { name }, data: { emailVerified: null } });
    const asked = await window.run(() => startBulk({ act: "verify", filter: { q: name, status: "unverified" } }));
    const id = asked.ok ? asked.data.id : "";
    await db().user.create({ data: { name, email: `late.${randomUUID()}@example.org`, createdAt: new Date(Date.now() + 1_000) } });
    await done(id);
    expect(await rowOf(id)).toMatchObject({ status: "DONE", total: 250, done: 250, refused: 0 });
    expect(await db().user.count({ where: { name, emailVerified: null } })).toBe(1);
  });

  test("of ten thousand people is done in batches, and leaves the admin who asked as the last one", async () => {
    const name = await crowd(9_998);
    await db().user.updateMany({ where: { name }, data: { role: "ADMIN" } });
    const boss = await admin({ name });
    await person({ name, bannedAt: new Date(), role: "ADMIN" });
    const id = await bulk(await signedIn(boss), { act: "role", role: "MEMBER", filter: { q: name } });
    expect(await rowOf(id)).toMatchObject({ status: "DONE", total: 10_000, done: 9_999, refused: 1 });
    expect((await reasonsOf(id)).map(([, subject, reason]) => [subject, reason])).toEqual([[boss.id, "own_role"]]);
    expect(await db().user.findMany({ where: { role: "ADMIN" }, select: { id: true } })).toEqual([{ id: boss.id }]);
    expect(await db().auditEvent.count({ where: { action: "user.role_changed", actorId: boss.id } })).toBe(9_999);
  }, 60_000);

  test("stops where another admin takes the asker's right, and no admin is lost by both", async () => {
    const [one, two] = [await admin(), await admin()];
    const asked = await as(one, () => startBulk({ act: "role", role: "MEMBER", ids: [two.id] }));
    await bulk(await signedIn(two), { act: "role", role: "MEMBER", ids: [one.id] });
    const id = asked.ok ? asked.data.id : "";
    await done(id);
    expect(await rowOf(id)).toMatchObject({ status: "FAILED", done: 0 });
    expect(await reasonsOf(id)).toEqual([[0, "", "rights_lost"]]);
    expect((await userOf(two.id)).role).toBe("ADMIN");
  });

  test("is for admins alone, and bad input of every kind is refused", async () => {
    const ids = [(await person()).id];
    expect(await code(asVisitor({}, () => startBulk({ act: "verify", ids })))).toBe("unauthenticated");
    expect(await code(as(await person(), () => startBulk({ act: "verify", ids })))).toBe("forbidden");
    const window = await signedIn(await admin());
    const inputs = [
      ...hostile({ act: "ban", reason: "x", until: "", ids }, { optional: ["until"] }).map(({ input }) => input),
      { act: "verify" },
      { act: "verify", ids, filter: {} },
      { act: "verify", ids: [] },
      { act: "verify", ids: ["x"] },
      { act: "verify", ids: Array.from({ length: 1_001 }, () => randomUUID()) },
      { act: "verify", filter: { role: "OWNER" } },
      { act: "verify", filter: { everybody: "1" } },
      { act: "verify", ids, role: "ADMIN" },
      { act: "redact", ids },
      { act: "ban", ids, reason: "x", until: "2020-01-01" },
    ];
    for (const input of inputs) expect(await code(window.run(() => startBulk(input as never))), JSON.stringify(input)).toBe("invalid");
    expect(await db().peopleJob.count({ where: { createdById: window.claims.sub } })).toBe(0);
  });

  test("deletes, as it does one person, only within ten minutes of a proof of who one is", async () => {
    const window = await signedIn(await admin());
    const ids = [(await person()).id];
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
    expect(await code(window.run(() => startBulk({ act: "delete", ids })))).toBe("forbidden");
    expect(await code(window.run(() => startBulk({ act: "verify", ids })))).toBe("ok");
  });

  test("is cancelled once, by any admin, which is remembered; a member finds no job", async () => {
    const [boss, other] = [await admin(), await admin()];
    const asked = await as(boss, () => startBulk({ act: "verify", filter: {} }));
    const id = asked.ok ? asked.data.id : "";
    expect(await code(as(await person(), () => cancelPeopleJob({ id })))).toBe("forbidden");
    expect(await code(asVisitor({}, () => cancelPeopleJob({ id })))).toBe("unauthenticated");
    for (const { name, input } of hostile({ id }))
      expect(await code(as(other, () => cancelPeopleJob(input as never))), name).toBe("invalid");
    expect(await code(as(other, () => cancelPeopleJob({ id: randomUUID() })))).toBe("not_found");
    expect(await code(as(other, () => cancelPeopleJob({ id })))).toBe("ok");
    expect(await code(as(other, () => cancelPeopleJob({ id })))).toBe("conflict");
    await done(id);
    expect(await rowOf(id)).toMatchObject({ status: "CANCELLED", done: 0 });
    expect(await db().auditEvent.findMany({ where: { subjectId: id, action: "people_job.cancelled" } })).toMatchObject([
      { actorId: other.id },
    ]);
    const member = await signedIn(await person());
    expect(await member.run(async () => getPeopleJob(await enter(), id))).toBeNull();
    expect(await member.run(async () => listPeopleJobs(await enter(), undefined))).toEqual({ jobs: [], next: null });
  });

  test("has its report page by page and as CSV, for admins alone", async () => {
    const window = await signedIn(await admin());
    const name = await crowd(REPORT_PAGE_SIZE + 10);
    const id = await bulk(window, { act: "unban", filter: { q: name } });
    const first = await window.run(async () => listRefusals(await enter(), id));
    expect([first.refusals.length, first.refusals[0]?.name, first.next]).toEqual([REPORT_PAGE_SIZE, name, REPORT_PAGE_SIZE]);
    const rest = await window.run(async () => listRefusals(await enter(), id, first.next ?? 0));
    expect([rest.refusals.length, rest.next]).toEqual([10, null]);
    const csv = await window.fetch(report, `/api/people-jobs/${id}/report`, { params: { id } });
    const lines = (await csv.text()).trim().split("\r\n");
    expect([csv.status, lines[0], lines.length]).toEqual([200, "row,subject,reason,field", REPORT_PAGE_SIZE + 11]);
    const member = await signedIn(await person());
    expect((await member.fetch(report, `/api/people-jobs/${id}/report`, { params: { id } })).status).toBe(403);
    expect(await member.run(async () => (await listRefusals(await enter(), id)).refusals)).toEqual([]);
  });
});

describe("an export of people", () => {
  const NASTY = [
    "=1+1",
    "'=1+1",
    "''=x",
    "'tis",
    ";=1",
    "a;'=1",
    "\t=1\t\t+2",
    "＝1",
    'say "hi", twice',
    "two\nlines",
    "-1;-2",
    "'",
    "Zoë 🙂",
  ];

  async function ask(window: Browser, input: Record<string, string>): Promise<string> {
    const form = new FormData();
    for (const [name, value] of Object.entries(input)) form.set(name, value);
    const asked = await window.run(() => exportPeople(null, form));
    if (!asked.ok) throw new Error(JSON.stringify(asked.error));
    await done(asked.data.id);
    return asked.data.id;
  }

  const fetchFile = (window: Browser, id: string) => window.fetch(download, `/api/people-jobs/${id}`, { params: { id } });
  async function textOf(window: Browser, id: string): Promise<string> {
    const url = (await fetchFile(window, id)).headers.get("location") ?? "";
    const answer = await handleStorageRequest(new Request(new URL(url, "http://members.example.org")), isStillSignedIn);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment;.*foyer-people-\d{4}-\d\d-\d\d\.(csv|jsonl)/);
    return answer.text();
  }

  async function nasty() {
    const name = `Odd ${randomUUID()}`;
    for (const [index, bio] of NASTY.entries())
      await person({
        name,
        bio,
        interests: [bio.replace(/\s/g, ""), "a,b"],
        externalId: `${name} ${index}`,
        publicMetadata: { bio, n: [1, { deep: null }] },
      });
    const some = await person({ name, bannedAt: new Date(), bannedUntil: new Date(Date.now() + 1_000), banReason: "=x", password: null });
    await db().account.create({ data: { userId: some.id, type: "oauth", provider: "github", providerAccountId: "=42" } });
    return name;
  }

  test("is CSV that no spreadsheet runs and that reads back without a difference, and the same people as lines of JSON", async () => {
    const name = await nasty();
    const window = await signedIn(await admin());
    const id = await ask(window, { format: "csv", q: name });
    const text = await textOf(window, id);
    const [head = [], ...rows] = parseCsv(text);
    expect(head).toEqual(PEOPLE_COLUMNS.filter((column) => column !== "passwordHash"));
    for (const cell of rows.flat()) expect(cell).not.toMatch(/(^|[;\t])[=+\-@\t＝]/);
    const columns = ["interests", "publicMetadata", "privateMetadata", "unsafeMetadata", "providers"];
    const read = rows.map((cells) =>
      Object.fromEntries(
        cells.map((cell, index) => {
          const [column = "", value] = [head[index], unguarded(cell)];
          return [column, columns.includes(column) ? JSON.parse(value) : value === "" ? null : value];
        }),
      ),
    );
    const json = await textOf(window, await ask(window, { format: "jsonl", q: name }));
    expect(read).toEqual(
      json
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
    expect(read.map(({ bio }) => bio).slice(0, NASTY.length)).toEqual(NASTY);
    const kept = await db().user.findMany({ where: { name }, orderBy: { id: "asc" } });
    expect(read.map((row) => [row.id, row.email, row.emailVerified, row.createdAt, row.banReason])).toEqual(
      kept.map((row) => [row.id, row.email, row.emailVerified?.toISOString(), row.createdAt.toISOString(), row.banReason]),
    );
    expect(read.at(-1)?.providers).toEqual([{ provider: "github", providerAccountId: "=42", type: "oauth" }]);
    expect(await rowOf(id)).toMatchObject({ total: NASTY.length + 1, done: NASTY.length + 1, sizeBytes: BigInt(Buffer.byteLength(text)) });
  });

  test("holds password hashes only where they were asked for, within ten minutes of a proof at asking and at fetching", async () => {
    const window = await signedIn(await admin());
    const someone = await person();
    const { hash } = await db().password.findUniqueOrThrow({ where: { userId: someone.id } });
    const without = await textOf(window, await ask(window, { format: "jsonl", q: someone.id }));
    expect(without).not.toContain(hash);
    const id = await ask(window, { format: "jsonl", q: someone.id, hashes: "on" });
    expect(JSON.parse(await textOf(window, id))).toMatchObject({ id: someone.id, passwordHash: hash });
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
    expect((await fetchFile(window, id)).status).toBe(403);
    expect(await code(window.run(() => exportPeople({ format: "csv", hashes: "on" })))).toBe("forbidden");
    expect(
      await db().auditEvent.findMany({ where: { subjectId: id }, orderBy: { id: "asc" }, select: { action: true, after: true } }),
    ).toMatchObject([
      { action: "people_job.started", after: { hashes: true, format: "jsonl" } },
      { action: "people_job.finished" },
      { action: "people_job.download_url_issued", after: { hashes: true } },
    ]);
  });

  test("is written page by page, and is a whole file again when its first writing was cut off", async () => {
    const name = await crowd(2_500);
    const window = await signedIn(await admin());
    const asked = await window.run(() => exportPeople({ format: "jsonl", q: name }));
    const id = asked.ok ? asked.data.id : "";
    const cut = new AbortController();
    const step: typeof exportStep = (given) =>
      exportStep({
        ...given,
        note: async (progress) => {
          if (progress.done > 0) cut.abort();
          await given.note(progress);
        },
      });
    await expect(doPeopleJob({ EXPORT: step })({ jobId: id }, { id: randomUUID(), attempt: 1, signal: cut.signal })).rejects.toThrow(
      /abort/i,
    );
    expect(await rowOf(id)).toMatchObject({ status: "RUNNING", done: 1_000 });
    await done(id);
    const lines = (await textOf(window, id)).trim().split("\n");
    expect(new Set(lines.map((line) => JSON.parse(line).id)).size).toBe(2_500);
  });

  test("is for admins alone: to ask for, to see and to fetch", async () => {
    const id = await ask(await signedIn(await admin()), { format: "csv", role: "ADMIN" });
    const member = await signedIn(await person());
    expect(await code(member.run(() => exportPeople({ format: "csv" })))).toBe("forbidden");
    expect(await code(asVisitor({}, () => exportPeople({ format: "csv" })))).toBe("unauthenticated");
    expect((await fetchFile(member, id)).status).toBe(403);
    expect((await fetchFile(await signedIn(await admin()), randomUUID())).status).toBe(404);
    const window = await signedIn(await admin());
    for (const { name, input } of hostile({ format: "csv", hashes: "on" }, { optional: ["hashes"] }))
      expect(await code(window.run(() => exportPeople(input as never))), name).toBe("invalid");
  });
});

/** RFC 4180, by another hand than the one that writes it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ",") rows.push([]);
  }
  return rows.slice(0, -1);
}
