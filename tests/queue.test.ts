import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { sendMail } from "@/features/mail/tasks";
import { db } from "@/lib/db";
import { enqueueMail } from "@/lib/outbox";
import { addJob, addJobs, type Handlers, startWorker } from "@/lib/queue";
import { SAMPLES, SITE } from "./support/mail-samples";
import { startSmtp } from "./support/smtp";

const smtp = await startSmtp();
// Before env() is first asked, which is once a process.
Object.assign(process.env, { AUTH_URL: SITE, SMTP_URL: smtp.url });
const ROOT = fileURLToPath(new URL("..", import.meta.url));

let workers: ReturnType<typeof startWorker>[] = [];
const work = (handler: Handlers["mail.send"]) => {
  const worker = startWorker({ "mail.send": handler });
  workers.push(worker);
  return worker;
};
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await db().$executeRaw`SELECT graphile_worker.complete_jobs(array_agg(id)) FROM graphile_worker.jobs HAVING count(*) > 0`;
});

const jobs = () =>
  db().$queryRaw<
    { key: string | null; attempts: number; run_at: Date; last_error: string | null }[]
  >`SELECT key, attempts, run_at, last_error FROM graphile_worker.jobs ORDER BY id`;
const until = (is: () => unknown, timeout = 30_000) => expect.poll(async () => Boolean(await is()), { timeout, interval: 50 }).toBe(true);

describe("addJob", () => {
  test("the job exists exactly when the change does", async () => {
    const seen: string[] = [];
    work(async ({ mailId }) => void seen.push(mailId));
    await db()
      .$transaction(async (tx) => {
        await addJob(tx, "mail.send", { mailId: "rolled back" });
        throw new Error("no");
      })
      .catch(() => undefined);
    await db().$transaction((tx) => addJob(tx, "mail.send", { mailId: "committed" }));
    await until(() => seen.length > 0);
    await until(async () => (await jobs()).length === 0);
    expect(seen).toEqual(["committed"]);
  });

  test("is heard of at once, not at the next poll", async () => {
    const began = { at: 0 };
    const took: number[] = [];
    work(async () => void took.push(Date.now() - began.at));
    await sleep(1_500);
    for (let round = 0; round < 3; round++) {
      began.at = Date.now();
      await addJob(db(), "mail.send", { mailId: "x" });
      await until(() => took.length === round + 1);
    }
    expect(Math.min(...took)).toBeLessThan(500);
  });

  test("a waiting job with the same key is replaced, and one for later waits", async () => {
    const later = new Date(Date.now() + 3_600_000);
    await addJob(db(), "mail.send", { mailId: "first" }, { key: "k", runAt: later });
    await addJob(db(), "mail.send", { mailId: "second" }, { key: "k", runAt: later, maxAttempts: 3 });
    const seen: string[] = [];
    work(async ({ mailId }) => void seen.push(mailId));
    await sleep(2_500);
    expect([seen, (await jobs()).map(({ key, run_at }) => [key, run_at.getTime()])]).toEqual([[], [["k", later.getTime()]]]);
    await addJob(db(), "mail.send", { mailId: "third" }, { key: "k" });
    await until(() => seen.length > 0);
    expect(seen).toEqual(["third"]);
  });
});

describe("the worker", () => {
  test("however much waits that takes its time, of every kind, a mail is sent at once", async () => {
    const end = new EventEmitter();
    const sent: string[] = [];
    const held = new Map<string, number>();
    const hold = (kind: string) => () => {
      held.set(kind, (held.get(kind) ?? 0) + 1);
      return once(end, "now");
    };
    // Whoever adds a task says here whether others may wait for it.
    const slow: Omit<Handlers, "mail.send" | `account.${string}`> = {
      "data.export": hold("archives"),
      "storage.census": hold("archives"),
      "people.job": hold("people"),
      "file.preview": hold("previews"),
      "generation.step": hold("generation"),
      "generation.cancel": hold("generation"),
    };
    for (let of = 0; of < 8; of++) {
      const id = randomUUID().slice(0, -1) + of;
      await addJob(db(), "data.export", { exportId: id });
      await addJob(db(), "storage.census", { censusId: id });
      await addJob(db(), "people.job", { jobId: id });
      await addJob(db(), "generation.step", { jobId: id, attempt: 1 });
      await addJob(db(), "generation.cancel", { jobId: id, attempt: 1 });
      await addJobs(db(), "file.preview", [{ payload: { fileId: id }, key: `poster ${id}` }], { maxAttempts: 5 });
    }
    const worker = startWorker({ ...slow, "mail.send": async ({ mailId }) => void sent.push(mailId) });
    workers.push(worker);
    const lines = { archives: 1, people: 1, previews: 1, generation: 2 };
    await until(() => [...held.values()].reduce((sum, count) => sum + count, 0) === 5);
    await addJob(db(), "mail.send", { mailId: "x" });
    await until(() => sent.length > 0, 5_000);
    expect(Object.fromEntries(held)).toEqual(lines);
    await db().$executeRaw`SELECT graphile_worker.complete_jobs(array_agg(id)) FROM graphile_worker.jobs WHERE locked_by IS NULL`;
    end.emit("now");
  });

  test("a handler that throws is run again, later", async () => {
    const attempts: number[] = [];
    work(async (_, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 2) throw new Error("not yet");
    });
    await addJob(db(), "mail.send", { mailId: "x" });
    await until(() => attempts.length === 2);
    expect(attempts).toEqual([1, 2]);
  });

  test("stop lets a job that is under way end, and takes no other", async () => {
    const seen: string[] = [];
    const worker = work(async ({ mailId }) => {
      await sleep(600);
      seen.push(mailId);
    });
    await addJob(db(), "mail.send", { mailId: "a" });
    await until(async () => (await jobs()).some(({ attempts }) => attempts === 1));
    await worker.stop();
    workers = [];
    await addJob(db(), "mail.send", { mailId: "b" });
    await sleep(200);
    expect(seen).toEqual(["a"]);
  });

  test("all its connections cut, it goes on within three seconds, and a job under way is run again at most", async () => {
    const seen: string[] = [];
    work(async ({ mailId }) => {
      seen.push(mailId);
      if (mailId === "slow") await sleep(1_000);
    });
    await addJob(db(), "mail.send", { mailId: "slow" });
    await until(() => seen.length === 1);
    await db()
      .$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'foyer worker' AND datname = current_database()`;
    const cut = Date.now();
    await addJob(db(), "mail.send", { mailId: "after" });
    await until(() => seen.includes("after"));
    expect(Date.now() - cut).toBeLessThan(3_500);
    await until(async () => (await jobs()).length === 0);
    expect(seen.filter((id) => id === "slow").length).toBeLessThanOrEqual(2);
  }, 120_000);

  test("a job that is still under way is not run a second time, even when its lock was lifted", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const handler = async () => {
      runs++;
      most = Math.max(most, ++running);
      await sleep(3_000);
      running--;
    };
    work(handler);
    await addJob(db(), "mail.send", { mailId: "x" });
    await until(() => running === 1);
    // As another process does that takes this one for dead.
    await db()
      .$executeRaw`SELECT graphile_worker.force_unlock_workers(array_agg(locked_by)) FROM graphile_worker.jobs WHERE locked_by IS NOT NULL`;
    work(handler);
    await until(async () => runs > 0 && running === 0 && (await jobs()).length === 0);
    expect(most).toBe(1);
  }, 120_000);
});

describe("a worker that is killed", () => {
  const children: ChildProcess[] = [];

  beforeEach(() => smtp.reset());
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await smtp.stop();
  });

  function spawnWorker(): ChildProcess {
    const child = spawn(process.execPath, ["--import", "tsx", "--import", "./tests/support/bare.mjs", "tests/support/mail-worker.ts"], {
      cwd: ROOT,
      stdio: "ignore",
    });
    children.push(child);
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  const enqueue = (to: string) => db().$transaction((tx) => enqueueMail(tx, { template: "reset", props: SAMPLES.reset, to, locale: "en" }));

  test("before the mail server had it all: the next worker sends it, once", async () => {
    smtp.switches.silent = true;
    const child = spawnWorker();
    const id = await enqueue("before@example.org");
    await until(() => smtp.connections > 0);
    await kill(child);
    smtp.reset();
    work(sendMail);
    await until(async () => (await db().mail.findUniqueOrThrow({ where: { id } })).sentAt);
    expect(smtp.to("before@example.org")).toHaveLength(1);
  }, 180_000);

  test("between the content and the yes: sent again, as the same message, and never a third time", async () => {
    smtp.switches.hold = true;
    const child = spawnWorker();
    const id = await enqueue("between@example.org");
    await until(() => smtp.to("between@example.org").length === 1);
    await kill(child);
    smtp.switches.hold = false;
    work(sendMail);
    await until(async () => (await db().mail.findUniqueOrThrow({ where: { id } })).sentAt);
    await sleep(3_000);
    expect(smtp.to("between@example.org").map(({ messageId }) => messageId)).toEqual([
      `<${id}@members.example.org>`,
      `<${id}@members.example.org>`,
    ]);
    expect(await jobs()).toEqual([]);
  }, 180_000);
});
