import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { change } from "@/access/audit";
import { enter } from "@/access/door";
import { removeObjects } from "@/features/files/removed-objects";
import type { Cursor } from "@/features/people-jobs/progress";
import { doPeopleJob, JobFailure, type PeopleJobStep, startPeopleJob } from "@/features/people-jobs/runner";
import { sweepPeopleJobs } from "@/features/people-jobs/sweep";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { admin } from "./support/people";
import { tenByTen } from "./support/people-job-worker";
import { type Browser, signedIn } from "./support/request";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const until = (is: () => unknown, timeout = 30_000) => expect.poll(async () => Boolean(await is()), { timeout, interval: 50 }).toBe(true);
const again = (attempt = 1) => ({ id: randomUUID(), attempt, signal: new AbortController().signal });
const rowOf = (id: string) => db().peopleJob.findUniqueOrThrow({ where: { id } });
const reportOf = (jobId: string) => db().peopleJobRefusal.findMany({ where: { jobId }, orderBy: { row: "asc" } });

afterEach(async () => {
  await db().$executeRaw`SELECT graphile_worker.complete_jobs(array_agg(id)) FROM graphile_worker.jobs HAVING count(*) > 0`;
});

const ask = (window: Browser, params: Cursor = {}, kind: "BULK" | "EXPORT" = "BULK") =>
  window.run(async () => {
    const entry = await enter("create", "PeopleJob");
    return change(entry, (tx, record) => startPeopleJob(tx, record, entry, { kind, params, remember: {} }));
  });

async function crowd(count: number): Promise<string[]> {
  const name = randomUUID();
  await db().user.createMany({ data: Array.from({ length: count }, (_, n) => ({ name, email: `${n}.${name}@example.org` })) });
  return (await db().user.findMany({ where: { name }, select: { id: true }, orderBy: { id: "asc" } })).map(({ id }) => id);
}

/** `count` batches of one row each; `between` runs before each is written. */
function steps(count: number, between: (at: number) => unknown = () => undefined): { BULK: PeopleJobStep } {
  const step: PeopleJobStep = async ({ cursor }) => {
    const at = Number(cursor?.at ?? 0);
    await between(at);
    return async () => ({ cursor: at + 1 < count ? { at: at + 1 } : null, done: 1, refusals: [], total: count });
  };
  return { BULK: step };
}

describe("the runner", () => {
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
  });

  test("killed within a batch, the next worker goes on exactly there: nothing twice, nothing lost, one report", async () => {
    const [boss, ids] = [await admin(), await crowd(50)];
    const id = await ask(await signedIn(boss), { ids });
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--import", "./tests/support/bare.mjs", "tests/support/people-job-worker.ts"],
      {
        cwd: ROOT,
        stdio: "ignore",
        env: { ...process.env, STUCK_AT: "20" },
      },
    );
    children.push(child);
    await until(async () => (await rowOf(id)).done === 18, 45_000);
    child.kill("SIGKILL");
    await once(child, "exit");
    // That another worker takes its jobs over: tests/queue.test.ts.
    await tenByTen(-1)({ jobId: id }, again(2));
    expect(await rowOf(id)).toMatchObject({ total: 50, done: 45, refused: 5 });
    expect((await reportOf(id)).map(({ row }) => row)).toEqual([1, 11, 21, 31, 41]);
    expect(await db().user.count({ where: { id: { in: ids }, city: "x" } })).toBe(50);
    const events = await db().auditEvent.groupBy({ by: ["subjectId"], where: { subjectId: { in: ids }, actorId: boss.id }, _count: true });
    expect([events.length, events.every(({ _count }) => _count === 1)]).toEqual([50, true]);
    expect(await db().auditEvent.findMany({ where: { subjectId: id }, orderBy: { id: "asc" } })).toMatchObject([
      { action: "people_job.started", actorId: boss.id, ip: "203.0.113.7", after: { kind: "BULK" } },
      { action: "people_job.finished", actorId: boss.id, after: { status: "DONE", done: 45, refused: 5 } },
    ]);
  }, 90_000);

  test("a batch that throws is rolled back with its place, and tried again there", async () => {
    const [boss, ids] = [await admin(), await crowd(30)];
    const id = await ask(await signedIn(boss), { ids });
    await db().$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`);
    await db().$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE INSERT ON "PeopleJobRefusal" FOR EACH ROW WHEN (NEW."row" = 11) EXECUTE FUNCTION refuse()`,
    );
    await expect(tenByTen(-1)({ jobId: id }, again())).rejects.toThrow();
    await db().$executeRawUnsafe(`DROP FUNCTION refuse() CASCADE`);
    expect(await rowOf(id)).toMatchObject({ status: "RUNNING", done: 9, refused: 1, cursor: { at: 10 } });
    await tenByTen(-1)({ jobId: id }, again(2));
    expect(await rowOf(id)).toMatchObject({ status: "DONE", done: 27, refused: 3 });
    expect(await db().user.count({ where: { id: { in: ids }, city: "x" } })).toBe(30);
  });

  test("two workers at one job write each batch once", async () => {
    const id = await ask(await signedIn(await admin()), { ids: await crowd(60) });
    await Promise.allSettled([1, 2, 3].map(() => tenByTen(-1)({ jobId: id }, again())));
    await tenByTen(-1)({ jobId: id }, again());
    expect(await rowOf(id)).toMatchObject({ status: "DONE", done: 54, refused: 6 });
  });

  test("cancelled between two batches it keeps what was done, and says so", async () => {
    const id = await ask(await signedIn(await admin()));
    const cancel = (at: number) => at === 1 && db().peopleJob.update({ where: { id }, data: { cancelAskedAt: new Date() } });
    await doPeopleJob(steps(5, cancel))({ jobId: id }, again());
    expect(await rowOf(id)).toMatchObject({ status: "CANCELLED", done: 2, total: 5, finishedAt: expect.any(Date) });
    expect(await db().auditEvent.count({ where: { subjectId: id, action: "people_job.finished" } })).toBe(1);
    await doPeopleJob(steps(5))({ jobId: id }, again());
    expect((await rowOf(id)).done).toBe(2);
  });

  test.each([
    ["is a member again", { role: "MEMBER" as const }],
    ["was banned", { bannedAt: new Date() }],
    ["is deleted", { deletedAt: new Date() }],
    ["has to change their password", { mustChangePassword: true }],
  ])("stops when whoever asked %s, and the report says why", async (_, lost) => {
    const boss = await admin();
    const id = await ask(await signedIn(boss));
    await doPeopleJob(steps(5, (at) => at === 2 && db().user.update({ where: { id: boss.id }, data: lost })))({ jobId: id }, again());
    expect(await rowOf(id)).toMatchObject({ status: "FAILED", done: 2 });
    expect(await reportOf(id)).toMatchObject([{ row: 0, reason: "rights_lost" }]);
  });

  test("fails at once where no later try helps, and after ten tries of anything else", async () => {
    const window = await signedIn(await admin());
    const first = await ask(window);
    const hopeless = () => Promise.reject(new JobFailure("failed", "column"));
    await doPeopleJob({ BULK: hopeless })({ jobId: first }, again());
    expect([await rowOf(first), await reportOf(first)]).toMatchObject([
      { status: "FAILED" },
      [{ row: 0, reason: "failed", field: "column" }],
    ]);
    const second = await ask(window);
    const away = () => Promise.reject(new Error("the store is away"));
    const broken = doPeopleJob({ BULK: away });
    for (const attempt of [1, 9]) await expect(broken({ jobId: second }, again(attempt))).rejects.toThrow("away");
    await broken({ jobId: second }, again(10));
    expect((await rowOf(second)).status).toBe("FAILED");
  });

  test("a step that is the whole job writes down how far it is, and hears there that it was cancelled", async () => {
    const id = await ask(await signedIn(await admin()));
    const whole: PeopleJobStep = async ({ note }) => {
      await note({ done: 10, total: 30 });
      expect(await rowOf(id)).toMatchObject({ status: "RUNNING", done: 10, total: 30 });
      await db().peopleJob.update({ where: { id }, data: { cancelAskedAt: new Date() } });
      await note({ done: 20 });
      throw new Error("it did not hear");
    };
    await doPeopleJob({ BULK: whole })({ jobId: id }, again());
    expect(await rowOf(id)).toMatchObject({ status: "CANCELLED", done: 10 });
  });
});

describe("the sweep", () => {
  test("takes a job, its report and its file when its days are over", async () => {
    const boss = await admin();
    const id = await ask(await signedIn(boss));
    const objectKey = `${boss.id}/${id}`;
    await storage().put(objectKey, Readable.from([Buffer.from("x")], { objectMode: false }), { sizeBytes: 1, contentType: "text/csv" });
    const kept = await ask(await signedIn(boss));
    await db().peopleJobRefusal.create({ data: { jobId: id, row: 1, subject: "x", reason: "failed" } });
    await db().peopleJob.update({ where: { id }, data: { objectKey, provider: "LOCAL", expiresAt: new Date(Date.now() - 1) } });
    await sweepPeopleJobs();
    await removeObjects();
    expect([await storage().head(objectKey), await reportOf(id), await db().peopleJob.count({ where: { id } })]).toEqual([null, [], 0]);
    expect((await rowOf(kept)).status).toBe("PENDING");
  });

  test("says of a job whose last try was killed that it has failed", async () => {
    const id = await ask(await signedIn(await admin()));
    await db().$executeRaw`UPDATE graphile_worker._private_jobs SET attempts = max_attempts`;
    await sweepPeopleJobs();
    expect(await rowOf(id)).toMatchObject({ status: "FAILED" });
    expect(await reportOf(id)).toMatchObject([{ row: 0, reason: "failed" }]);
  });

  test("of a job whose end cannot be written goes on to the others, and takes those that are over a few at a time until none is left", async () => {
    const window = await signedIn(await admin());
    const [first, second] = [await ask(window), await ask(window)];
    const over = [await ask(window), await ask(window), await ask(window)];
    await db().peopleJob.updateMany({ where: { id: { in: over } }, data: { expiresAt: new Date(Date.now() - 1) } });
    await db().$executeRaw`UPDATE graphile_worker._private_jobs SET attempts = max_attempts`;
    await db().$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`);
    await db().$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE UPDATE ON "PeopleJob" FOR EACH ROW WHEN (NEW."id" = '${first}') EXECUTE FUNCTION refuse()`,
    );
    await db().$executeRawUnsafe(
      `CREATE FUNCTION few() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF (SELECT count(*) FROM gone) > 1 THEN RAISE EXCEPTION ''many''; END IF; RETURN NULL; END'`,
    );
    await db().$executeRawUnsafe(
      `CREATE TRIGGER few AFTER DELETE ON "PeopleJob" REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION few()`,
    );
    await sweepPeopleJobs(1).finally(() => db().$executeRawUnsafe("DROP FUNCTION refuse, few CASCADE"));
    expect([(await rowOf(first)).status, (await rowOf(second)).status]).toEqual(["PENDING", "FAILED"]);
    expect(await db().peopleJob.count({ where: { id: { in: over } } })).toBe(0);
  });
});
