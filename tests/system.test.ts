import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import Credentials from "next-auth/providers/credentials";
import GitHub from "next-auth/providers/github";
import Google from "next-auth/providers/google";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import type { Entry } from "@/access/entry";
import { countStorage, giveUpJob, retryJob, sendMailAgain } from "@/features/system/actions";
import { sweepCensus, takeCensus } from "@/features/system/census";
import { getDatabase, getMigrations, getOutbox, getQueue, getStorage, listSettings } from "@/features/system/queries";
import { release } from "@/features/system/release";
import { listedWaysIn } from "@/lib/auth-providers";
import { db } from "@/lib/db";
import { settingNames } from "@/lib/env";
import { addJob, startWorker } from "@/lib/queue";
import { storage } from "@/storage";
import { admin, file, person } from "./support/people";
import { as, asVisitor } from "./support/request";
import { startSmtp } from "./support/smtp";

const see = <T>(by: { id: string }, query: (entry: Entry) => Promise<T>) => as(by, async () => query(await enter()));
const acts = (actorId: string) =>
  db().auditEvent.findMany({ where: { actorId }, select: { action: true, subjectId: true }, orderBy: { at: "asc" } });
const put = (key: string) => storage().put(key, Readable.from([Buffer.from("x")]), { sizeBytes: 1, contentType: "text/plain" });

/** A job as graphile-worker leaves one that failed `attempts` times of three. */
async function failedJob(attempts: number): Promise<string> {
  const censusId = randomUUID();
  await db().$transaction((tx) => addJob(tx, "storage.census", { censusId }, { maxAttempts: 3 }));
  const [job] = await db().$queryRaw<{ id: string }[]>`UPDATE graphile_worker._private_jobs
    SET attempts = ${attempts}, last_error = ${"cannot mail ada@example.org\n    at send (deliver.ts:1)"}, run_at = now() + interval '1 hour'
    WHERE payload->>'censusId' = ${censusId} RETURNING id::text`;
  return job?.id ?? "";
}
const jobs = () => db().$queryRaw<{ id: string; attempts: number; due: boolean }[]>`
  SELECT id::text, attempts::int, run_at <= now() AS due FROM graphile_worker._private_jobs ORDER BY id`;
beforeEach(() => db().$executeRaw`DELETE FROM graphile_worker._private_jobs`);

test("a member is shown nothing of it, and does none of it; a visitor is asked to sign in", async () => {
  const member = await person();
  for (const query of [getDatabase, getMigrations, getOutbox, getQueue, getStorage, listSettings])
    expect(await see<unknown>(member, query), query.name).toBeNull();
  const job = await failedJob(3);
  const asked = [
    () => retryJob({ id: job }),
    () => giveUpJob({ id: job }),
    () => sendMailAgain({ id: randomUUID() }),
    () => countStorage({}),
  ];
  for (const action of asked) {
    expect(await as<unknown>(member, action)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await asVisitor<unknown>({}, action)).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
  }
  expect([await jobs(), await db().storageCensus.count()]).toMatchObject([[{ attempts: 3 }], 0]);
});

describe("what is shown", () => {
  test("the database's version and size, its biggest tables with the planner's estimate, and this release", async () => {
    const boss = await admin();
    await db().$executeRaw`ANALYZE "User"`;
    const found = await see(boss, getDatabase);
    expect(found?.version).toMatch(/^\d+/);
    expect(found?.bytes).toBeGreaterThan(1_000_000);
    expect(found?.tables).toHaveLength(8);
    expect(found?.tables.map(({ bytes }) => bytes)).toEqual(found?.tables.map(({ bytes }) => bytes).toSorted((a, b) => b - a));
    expect(found?.tables.find(({ name }) => name === "User")?.rows).toBe(await db().user.count());
    expect((await release()).version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("migrations that are applied, not yet, broken off, and of a newer release, by name", async () => {
    const boss = await admin();
    expect(await see(boss, getMigrations)).toMatchObject({ pending: [], failed: [], newer: [], last: expect.stringMatching(/^20/) });
    await db().$executeRaw`DELETE FROM "_prisma_migrations" WHERE migration_name = '20261121060000_audit_chain'`;
    await db().$executeRaw`UPDATE "_prisma_migrations" SET finished_at = NULL WHERE migration_name = '20261120000001_freshness'`;
    await db()
      .$executeRaw`UPDATE "_prisma_migrations" SET migration_name = '29990101_later' WHERE migration_name = '20261121000000_accounts'`;
    const found = await see(boss, getMigrations);
    expect(found?.failed).toEqual(["20261120000001_freshness"]);
    expect(found?.pending).toEqual(["20261120000001_freshness", "20261121000000_accounts", "20261121060000_audit_chain"]);
    expect(found?.newer).toEqual(["29990101_later"]);
  });

  test("a worker that lives says so", async () => {
    const boss = await admin();
    expect(await see(boss, getQueue)).toMatchObject({ alive: [], lastBeat: null });
    const worker = startWorker({});
    await expect.poll(async () => (await see(boss, getQueue))?.alive.length, { timeout: 10_000 }).toBe(1);
    await worker.stop();
    await db().worker.updateMany({ data: { beatAt: new Date(Date.now() - 60_000) } });
    expect(await see(boss, getQueue)).toMatchObject({ alive: [], lastBeat: expect.any(Date) });
  });

  test("every setting by name and whether somebody set it, what npm start filled in not, and no value", async () => {
    vi.stubEnv("FOYER_FILLED_IN", "DATABASE_URL,PORT");
    vi.stubEnv("GITHUB_ID", "an-id-not-to-be-shown");
    const settings = await see(await admin(), listSettings);
    expect(settings?.set).toEqual(expect.arrayContaining(["AUTH_SECRET", "AUTH_GITHUB_ID", "FOYER_DATA"]));
    expect(settings?.unset).toEqual(expect.arrayContaining(["DATABASE_URL", "PORT", "SMTP_URL"]));
    expect(Object.values(settings ?? {}).flat()).toHaveLength(settingNames().length);
    for (const secret of [process.env.AUTH_SECRET, process.env.DATABASE_URL, "an-id-not-to-be-shown"])
      expect(JSON.stringify(settings)).not.toContain(secret);
    vi.unstubAllEnvs();
  });

  test("every way in of auth.config.ts, and which variable it lacks", () => {
    vi.stubEnv("AUTH_GITHUB_ID", "id");
    const company = { id: "our-company", name: "Company", type: "oidc" as const };
    const mail = { id: "email", name: "Email", type: "email" as const };
    expect(listedWaysIn([Credentials, GitHub, Google, company, mail] as never)).toEqual([
      { id: "credentials", name: "Credentials", type: "credentials", missing: [] },
      { id: "github", name: "GitHub", type: "oauth", missing: ["AUTH_GITHUB_SECRET"] },
      // Its issuer is known.
      { id: "google", name: "Google", type: "oidc", missing: ["AUTH_GOOGLE_ID", "AUTH_GOOGLE_SECRET"] },
      { ...company, missing: ["AUTH_OUR_COMPANY_ID", "AUTH_OUR_COMPANY_SECRET", "AUTH_OUR_COMPANY_ISSUER"] },
      { ...mail, missing: [] },
    ]);
    vi.unstubAllEnvs();
  });
});

describe("probes", () => {
  const fresh = async (variables: Record<string, string>) => {
    vi.resetModules();
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    return import("@/features/system/probes");
  };
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  test("a mail server that lets us in works, and is not asked at each look; one that does not is told with its words", async () => {
    const smtp = await startSmtp();
    const probes = await fresh({ SMTP_URL: smtp.url, AUTH_URL: "http://members.example.org" });
    expect(await Promise.all([probes.probeMail(), probes.probeMail()])).toMatchObject([
      { ms: expect.any(Number) },
      { ms: expect.any(Number) },
    ]);
    expect(await probes.probeMail()).toMatchObject({ reason: null });
    expect(smtp.connections).toBe(1);
    smtp.switches.connect = 554;
    expect(await (await fresh({ SMTP_URL: smtp.url })).probeMail()).toMatchObject({
      state: "down",
      ms: null,
      reason: expect.stringContaining("554"),
    });
    await smtp.stop();
    expect(await (await fresh({ SMTP_URL: smtp.url })).probeMail()).toMatchObject({
      state: "down",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
    expect(await (await fresh({ SMTP_URL: "" })).probeMail()).toMatchObject({ state: "off" });
    expect(await (await fresh({ SMTP_URL: "", FOYER_ZERO_CONFIG: "1" })).probeMail()).toMatchObject({ state: "shown" });
  });

  test("database and store say how long they take; a store that fails is a state, not an error", async () => {
    const { probeDatabase, probeStore } = await fresh({});
    expect(await probeDatabase()).toMatchObject({ ms: expect.any(Number), reason: null });
    expect(await probeStore()).toMatchObject({ ms: expect.any(Number) });
    const check = vi.spyOn(storage(), "check").mockRejectedValue(new Error("the bucket is gone"));
    expect(await (await fresh({})).probeStore()).toEqual({ state: "down", ms: null, reason: null });
    check.mockRestore();
  });
});

describe("jobs that failed", () => {
  test("are shown with what they said, without addresses, and counted; what waits and runs is counted beside", async () => {
    const boss = await admin();
    const [over, again] = [await failedJob(3), await failedJob(1)];
    await db().$transaction((tx) => addJob(tx, "mail.send", { mailId: randomUUID() }));
    const found = await see(boss, getQueue);
    expect(found).toMatchObject({ waiting: 2, running: 0, failed: 1, isMore: false, oldestDue: expect.any(Date) });
    const reason = "cannot mail (address)";
    expect(found?.jobs).toMatchObject([
      { id: again, task: "storage.census", attempts: 1, over: false, reason },
      { id: over, attempts: 3, over: true, reason },
    ]);
  });

  test("are tried again as often as a new one, or given up; both are remembered", async () => {
    const boss = await admin();
    const [one, other] = [await failedJob(3), await failedJob(3)];
    expect(await as(boss, () => retryJob({ id: one }))).toMatchObject({ ok: true });
    expect(await as(boss, () => giveUpJob({ id: other }))).toMatchObject({ ok: true });
    expect(await jobs()).toEqual([{ id: one, attempts: 0, due: true }]);
    expect(await acts(boss.id)).toEqual([
      { action: "job.retried", subjectId: one },
      { action: "job.given_up", subjectId: other },
    ]);
  });

  test("one that never failed, runs, is gone or has no id is left alone", async () => {
    const boss = await admin();
    const running = await failedJob(1);
    await db().$executeRaw`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'somebody'`;
    await db().$transaction((tx) => addJob(tx, "mail.send", { mailId: randomUUID() }));
    const fine = (await jobs()).find(({ id }) => id !== running)?.id ?? "";
    for (const id of [running, fine, "999999999"])
      for (const action of [retryJob, giveUpJob])
        expect(await as(boss, () => action({ id }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    for (const id of ["", "0", "-1", "1e3", "1; DROP TABLE x", "9".repeat(19)])
      expect(await as(boss, () => retryJob({ id }))).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect([(await jobs()).length, await acts(boss.id)]).toEqual([2, []]);
  });
});

test("a mail that was not taken is sent again by its job, at once and remembered; one that was given up, or sent, is not", async () => {
  const boss = await admin();
  const mail = (data: object) =>
    db().mail.create({
      data: {
        to: "ada@example.org",
        template: "verifyEmail",
        locale: "en",
        props: { name: "x" },
        attempts: 2,
        lastError: "451 later",
        ...data,
      },
    });
  const [waiting, over, sent] = [await mail({}), await mail({ props: {} }), await mail({ sentAt: new Date(), props: {} })];
  const found = await see(boss, getOutbox);
  expect(found).toMatchObject({ waiting: 1, over: 1, isMore: false });
  expect(found?.mails.map(({ id, over: isOver, reason }) => [id, isOver, reason])).toEqual([
    [over.id, true, "451 later"],
    [waiting.id, false, "451 later"],
  ]);
  expect(await as(boss, () => sendMailAgain({ id: waiting.id }))).toMatchObject({ ok: true });
  // Twice is once: there is at most one job that waits.
  expect(await as(boss, () => sendMailAgain({ id: waiting.id.toUpperCase() }))).toMatchObject({ ok: true });
  for (const { id } of [over, sent])
    expect(await as(boss, () => sendMailAgain({ id }))).toMatchObject({ ok: false, error: { code: "not_found" } });
  expect([await jobs(), await acts(boss.id)]).toMatchObject([[{ due: true }], [{ action: "mail.sent_again", subjectId: waiting.id }, {}]]);
});

describe("a look at the store", () => {
  const take = async () => {
    const { id } = await db().storageCensus.create({ data: {} });
    await takeCensus({ censusId: id }, { id: "1", attempt: 1, signal: new AbortController().signal });
  };

  test("finds objects without rows and rows without objects, and counts what lies where it belongs", async () => {
    const boss = await admin();
    const [one, other] = [await person({ name: "Ines Robalo" }), await person()];
    const kept = [await file(one, { sizeBytes: 500n }), await file(one, { sizeBytes: 700n }), await file(other, { sizeBytes: 900n })];
    for (const { key } of kept) await put(key);
    // On its way, confirmed a moment ago under another key, and not yet cleared up: all of it has a row.
    const upload = `${other.id}/${randomUUID()}`;
    const moved = await file(other, { sizeBytes: 1n, key: `${upload}-${randomUUID()}`, uploadKey: upload, uploadExpiresAt: new Date() });
    for (const key of [upload, `${upload}-${randomUUID()}`, moved.key]) await put(key);
    const expiresAt = new Date(Date.now() + 60_000);
    const dataExport = await db().dataExport.create({ data: { userId: one.id, expiresAt, provider: "LOCAL" } });
    await put(`${one.id}/${dataExport.id}`);
    await db().peopleJob.create({
      data: { kind: "EXPORT", createdById: boss.id, params: {}, objectKey: "people/export-1", provider: "LOCAL", expiresAt },
    });
    await put("people/export-1");
    const pending = `${one.id}/${randomUUID()}`;
    await file(one, { status: "PENDING", key: pending, uploadKey: pending, uploadExpiresAt: expiresAt });
    await file(one, { provider: "S3" });

    const [orphan, gone] = [`${one.id}/${randomUUID()}`, await file(other, { sizeBytes: 2n })];
    for (const key of [orphan, `${randomUUID()}/x`, "zzz/left-behind"]) await put(key);
    await take();
    const found = await see(boss, getStorage);
    expect(found).toMatchObject({
      isRunning: false,
      isFailed: false,
      census: { objects: 11, files: 5, bytes: 2103, orphans: 3, missing: 1 },
      missing: [gone.id],
    });
    expect(found?.orphans).toEqual(expect.arrayContaining([orphan, "zzz/left-behind"]));
    expect(found?.owners).toEqual([
      { id: one.id, name: "Ines Robalo", bytes: 1200, files: 2 },
      { id: other.id, name: other.name, bytes: 903, files: 3 },
    ]);
  });

  test("misses no row of one owner who has more than a batch, nor repeats one", async () => {
    const owner = await person();
    const rows = Array.from({ length: 2_101 }, (_, index) => ({
      ownerId: owner.id,
      name: "x",
      key: `${owner.id}/n-${index}`,
      sizeBytes: 1n,
      contentType: "text/plain",
      status: "READY" as const,
      provider: "LOCAL" as const,
    }));
    await db().file.createMany({ data: rows });
    await take();
    const { files, missing, details } = await db().storageCensus.findFirstOrThrow();
    await db().file.deleteMany({ where: { ownerId: owner.id } });
    expect([files >= 2_101, missing >= 2_101]).toEqual([true, true]);
    expect(details).toMatchObject({
      owners: expect.arrayContaining([{ id: owner.id, bytes: 2_101, files: 2_101 }]),
      missing: expect.objectContaining({ length: 20 }),
    });
  });

  test("is asked for by an admin, once at a time and remembered, and by itself once a day", async () => {
    const boss = await admin();
    await db().storageCensus.deleteMany();
    await Promise.all([sweepCensus(), sweepCensus()]);
    await sweepCensus();
    expect([await db().storageCensus.count(), (await jobs()).length]).toEqual([1, 1]);
    expect(await as(boss, () => countStorage({}))).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await see(boss, getStorage)).toMatchObject({ isRunning: true, census: undefined });
    await db().storageCensus.updateMany({ data: { finishedAt: new Date() } });
    expect(await as(boss, () => countStorage({}))).toMatchObject({ ok: true });
    expect(await acts(boss.id)).toEqual([{ action: "storage.counted", subjectId: "all" }]);
  });

  test("that fails says so at its third try, and what was found before is still shown", async () => {
    const boss = await admin();
    await db().storageCensus.deleteMany();
    await take();
    const { id } = await db().storageCensus.create({ data: {} });
    const list = vi.spyOn(storage(), "list").mockRejectedValue(new Error("the bucket is gone"));
    for (const attempt of [1, 2, 3]) {
      expect(await see(boss, getStorage)).toMatchObject({ isRunning: true });
      await expect(takeCensus({ censusId: id }, { id: "1", attempt, signal: new AbortController().signal })).rejects.toThrow(
        "the bucket is gone",
      );
    }
    list.mockRestore();
    expect(await see(boss, getStorage)).toMatchObject({ isRunning: false, isFailed: true, census: { failed: false } });
  });
});
