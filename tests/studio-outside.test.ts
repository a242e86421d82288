import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { POST } from "@/app/api/webhooks/generation/route";
import { exportBook } from "@/features/studio/books/actions";
import { makeDocument } from "@/features/studio/documents/make";
import { DOCUMENT_FORMATS } from "@/features/studio/documents/schema";
import { GENERATORS, generatorOf } from "@/features/studio/generators/registry";
import { requestOf } from "@/features/studio/generators/request";
import { generationCancelledSchema, generationRequestSchema } from "@/features/studio/generators/schema";
import { signed } from "@/features/studio/generators/signature";
import { aboutResult } from "@/features/studio/jobs/about-result";
import { cancelJob, retryJob } from "@/features/studio/jobs/actions";
import { takeResult } from "@/features/studio/jobs/results";
import { cancelWith, stepWith, sweepJobs, workOf } from "@/features/studio/jobs/run";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { StorageUnavailable } from "@/storage/storage";
import { generatedSite } from "./support/generated-site";
import { type Answer, begun, generatorDouble } from "./support/generator-double";
import { file, person } from "./support/people";
import { type Browser, browser, signedIn } from "./support/request";
import { arrive, imageJob, pictureOf, png } from "./support/studio";

const double = await generatorDouble();
const site = await generatedSite();
const SECRET = `whsec_${randomBytes(32).toString("base64")}`;
Object.assign(process.env, { GENERATOR_URL: `${double.url}/jobs`, WEBHOOK_SECRET: SECRET, AUTH_URL: site.url });
afterAll(async () => {
  await Promise.all([double.stop(), site.stop()]);
});
beforeEach(() => {
  double.heard.length = 0;
  double.answer = begun;
});

const jobOf = (id: string) =>
  db().job.findUniqueOrThrow({ where: { id }, include: { files: true, imageGeneration: { include: { images: true } } } });
async function outsideJob(window: Browser, count = 1): Promise<string> {
  const { jobId } = await imageJob(window, count);
  await db().job.update({ where: { id: jobId }, data: { generator: "OUTSIDE" } });
  return jobId;
}
const step = async (jobId: string, tried = 1, signal = new AbortController().signal) => {
  const { attempt } = await jobOf(jobId);
  await stepWith(GENERATORS)({ jobId, attempt }, { id: "1", attempt: tried, signal });
};
const waiting = (task: string) => db().$queryRaw<{ payload: { jobId: string }; seconds: number }[]>`
  SELECT j.payload, extract(epoch FROM j.run_at - now())::float8 AS seconds FROM graphile_worker._private_jobs j
    JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = ${task}`;
const tell = async (type: string, jobId: string, id: string = crypto.randomUUID()) => {
  const body = JSON.stringify({ type: `generation.${type}`, data: { jobId, attempt: 1 } });
  return browser().fetch(POST, "/api/webhooks/generation", { method: "POST", body, headers: signed(id, body) });
};

describe("an attempt handed over", () => {
  test("is told what is asked for and where the results go, signed; what is PUT there and reported is the person's", async () => {
    const jobId = await outsideJob(await signedIn(await person()), 2);
    await step(jobId);
    const [heard] = double.heard;
    const { type, data } = heard?.message ?? { type: "", data: { places: [] } };
    expect(() => new Webhook(SECRET).verify(heard?.body ?? "", heard?.headers as Record<string, string>)).not.toThrow();
    expect(type).toBe("generation.requested");
    expect(generationRequestSchema.safeParse(heard?.message).error).toBe(undefined);
    expect(data).toMatchObject({ jobId, attempt: 1, kind: "IMAGE", callbackUrl: `${site.url}/api/webhooks/generation` });
    expect(data.ask).toEqual({
      prompt: "a lit doorway",
      inputImageUrl: null,
      numImages: 2,
      size: "1024x1024",
      format: "PNG",
      style: null,
      quality: "standard",
      model: "test",
    });
    expect(heard?.body).not.toContain((await jobOf(jobId)).ownerId.concat('"'));
    expect(await jobOf(jobId)).toMatchObject({ status: "PROCESSING", externalId: "theirs-1" });
    expect(await db().auditEvent.count({ where: { subjectId: jobId, action: "job.handed_over" } })).toBe(1);
    const bytes = new Uint8Array(await png());
    for (const { url, method, headers, maxBytes, index } of data.places) {
      expect([maxBytes, url.startsWith(site.url), index < 2]).toEqual([1_000_000, true, true]);
      expect((await fetch(url, { method, headers, body: new Uint8Array(maxBytes + 1) })).status).toBeGreaterThanOrEqual(400);
      expect((await fetch(url, { method, headers: { "content-type": "text/html" }, body: bytes })).status).toBe(403);
      expect((await fetch(url, { method, headers, body: bytes })).status).toBe(200);
    }
    expect((await tell("completed", jobId)).status).toBe(200);
    expect((await jobOf(jobId)).imageGeneration?.images).toHaveLength(2);
  });

  test("is told once; where the answer was lost, again with the same webhook-id", async () => {
    const jobId = await outsideJob(await signedIn(await person()));
    double.answer = (response) => response.destroy();
    await expect(step(jobId)).rejects.toThrow();
    double.answer = begun;
    await step(jobId, 2);
    await step(jobId, 3);
    expect(double.heard.map(({ headers }) => headers["webhook-id"])).toEqual([`${jobId}-1`, `${jobId}-1`]);
  });

  test("a film begins with the person's picture, by a signed URL that is in the audit log; a book has its chapters in order", async () => {
    const ada = await person();
    const picture = await file(ada, { status: "READY", contentType: "image/png" } as never);
    const film = await db().videoGeneration.create({
      data: { prompt: "rain", model: "x", authorId: ada.id, storageProvider: "LOCAL", inputImageId: picture.id },
    });
    const chapters = {
      create: [
        { title: "Two", position: 2, content: "b" },
        { title: "One", position: 1, content: "a" },
      ],
    };
    const book = await db().book.create({ data: { title: "Rain", authorId: ada.id, chapters } });
    const common = { ownerId: ada.id, generator: "OUTSIDE" as const, deadlineAt: new Date(Date.now() + 600_000) };
    const filming = await db().job.create({ data: { ...common, kind: "VIDEO", videoGenerationId: film.id } });
    const writing = await db().job.create({ data: { ...common, kind: "BOOK", bookId: book.id, params: { format: "EPUB" } } });
    await step(filming.id);
    await step(writing.id);
    const [first, second] = double.heard.map(({ message }) => message.data.ask as Record<string, unknown>);
    expect(first).toMatchObject({
      prompt: "rain",
      durationSeconds: 8,
      inputImage: { url: expect.stringContaining(`${site.url}/api/storage/`) },
    });
    expect(await db().auditEvent.findFirst({ where: { subjectId: filming.id } })).toMatchObject({ after: { inputFileId: picture.id } });
    expect(second).toEqual({
      title: "Rain",
      description: "",
      language: "en",
      chapters: [
        { title: "One", content: "a" },
        { title: "Two", content: "b" },
      ],
      params: { format: "EPUB" },
    });
  });

  test("pictures begin with the person's own by a URL that anybody can follow who has it; with one that is gone, nobody is asked", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const bytes = await png();
    const mine = await pictureOf(ada);
    const jobId = await outsideJob(window);
    const { imageGenerationId } = await db().job.findUniqueOrThrow({ where: { id: jobId }, select: { imageGenerationId: true } });
    const where = { id: imageGenerationId ?? "" };
    await db().imageGeneration.update({ where, data: { inputImageUrl: `/api/files/${mine.id}` } });
    await step(jobId);
    const [heard] = double.heard;
    expect(generationRequestSchema.safeParse(heard?.message).error).toBe(undefined);
    const { inputImageUrl } = (heard?.message.data.ask ?? {}) as { inputImageUrl: string };
    expect(inputImageUrl.startsWith(`${site.url}/api/storage/`)).toBe(true);
    expect(Buffer.from(await (await fetch(inputImageUrl)).arrayBuffer())).toEqual(bytes);
    expect(await db().auditEvent.findFirst({ where: { subjectId: jobId, action: "job.handed_over" } })).toMatchObject({
      after: { inputFileId: mine.id },
    });
    const late = await outsideJob(window);
    const { imageGenerationId: id } = await db().job.findUniqueOrThrow({ where: { id: late }, select: { imageGenerationId: true } });
    await db().imageGeneration.update({ where: { id: id ?? "" }, data: { inputImageUrl: `/api/files/${randomUUID()}` } });
    await step(late);
    expect([await jobOf(late), double.heard.length]).toMatchObject([{ status: "FAILED", error: "input_missing" }, 1]);
  });

  test("a document of every format that is offered is delivered as the type its place names, and is of that format", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const chapters = [{ title: "One", position: 0, content: "It falls." }];
    const { id } = await db().book.create({ data: { title: "Rain", authorId: ada.id, chapters: { create: chapters } } });
    const text = { id, title: "Rain", lead: "", author: "Ada", language: "en", tags: [], contents: null, cover: null, chapters };
    for (const format of DOCUMENT_FORMATS) {
      const started = await window.run(() => exportBook({ id, format }));
      const jobId = started.ok ? started.data.jobId : "";
      await step(jobId);
      const heard = double.heard.at(-1)?.message;
      expect([generationRequestSchema.safeParse(heard).error, heard?.data.ask]).toMatchObject([undefined, { params: { format } }]);
      const bytes = new Uint8Array(await makeDocument(format, { ...text, updatedAt: "2026-11-21T12:00:00.000Z" }));
      for (const { url, method, headers } of heard?.data.places ?? []) await fetch(url, { method, headers, body: bytes });
      await tell("completed", jobId);
      expect(await jobOf(jobId), format).toMatchObject({ status: "COMPLETED" });
      expect(await db().documentFile.count({ where: { bookId: id, format } }), format).toBe(1);
    }
  });

  test("cancelled or not heard of in time, its generator is told; another try is another attempt with other places", async () => {
    const ada = await signedIn(await person());
    const [jobId, late] = [await outsideJob(ada), await outsideJob(ada)];
    await step(jobId);
    await step(late);
    await ada.run(() => cancelJob({ id: jobId }));
    await db().job.update({ where: { id: late }, data: { deadlineAt: new Date(Date.now() - 1) } });
    await sweepJobs();
    const told = (await waiting("generation.cancel")).map(({ payload }) => payload.jobId);
    expect(told.sort()).toEqual([jobId, late].sort());
    await cancelWith(GENERATORS)({ jobId, attempt: 1 });
    expect(generationCancelledSchema.safeParse(double.heard.at(-1)?.message).error).toBe(undefined);
    expect(double.heard.at(-1)?.message).toMatchObject({
      type: "generation.cancelled",
      data: { jobId, attempt: 1, externalId: "theirs-1" },
    });
    await ada.run(() => retryJob({ id: jobId }));
    await step(jobId);
    const asked = double.heard.filter(({ message }) => message.type === "generation.requested" && message.data.jobId === jobId);
    expect(asked.map(({ message }) => message.data.attempt)).toEqual([1, 2]);
    expect(new Set(asked.map(({ message }) => message.data.places[0]?.url.split("?")[0])).size).toBe(2);
  });
});

describe("a generator that does not do its part", () => {
  test.each<[string, Answer | null]>([
    ["is down", null],
    ["cuts the connection", (response) => response.destroy()],
    ["says 500", (response) => response.writeHead(500).end()],
    ["says 503 and not until when", (response) => response.writeHead(503).end()],
    ["leads elsewhere", (response) => response.writeHead(307, { location: `${double.url}/other` }).end()],
    ["does not know the signature", (response) => response.writeHead(401).end()],
  ])("and %s is asked five times, nobody else in its place; then the job has failed", async (_, answer) => {
    const fetching = answer ? null : vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed"));
    double.answer = answer ?? begun;
    const jobId = await outsideJob(await signedIn(await person()));
    for (const tried of [1, 2, 3, 4]) await expect(step(jobId, tried)).rejects.toThrow();
    expect(await jobOf(jobId)).toMatchObject({ status: "PROCESSING" });
    await step(jobId, 5);
    fetching?.mockRestore();
    expect(await jobOf(jobId)).toMatchObject({ status: "FAILED", error: "generator_failed" });
    expect(double.heard).toHaveLength(answer ? 5 : 0);
  });

  test.each([
    [400, "generator_refused"],
    [413, "generator_refused"],
    [422, "generator_refused"],
    [402, "generator_quota"],
  ])("and says %d is not asked again: %s", async (status, error) => {
    double.answer = (response) => void response.writeHead(status).end();
    const jobId = await outsideJob(await signedIn(await person()));
    await step(jobId);
    expect(await jobOf(jobId)).toMatchObject({ status: "FAILED", error });
    expect(double.heard).toHaveLength(1);
  });

  test.each([
    [429, "30", 30],
    [503, "86400", 300],
    [503, "0", 1],
  ])("and says %d until in %s s is asked again in %d s", async (status, after, seconds) => {
    double.answer = (response) => void response.writeHead(status, { "retry-after": after }).end();
    const jobId = await outsideJob(await signedIn(await person()));
    await step(jobId);
    expect(await jobOf(jobId)).toMatchObject({ status: "PROCESSING", externalId: null });
    const [next] = (await waiting("generation.step")).filter(({ payload }) => payload.jobId === jobId);
    expect(Math.abs((next?.seconds ?? 0) - seconds)).toBeLessThan(20);
  });

  test("and never answers is waited for ten seconds, and no longer than the worker has", async () => {
    double.answer = () => undefined;
    const jobId = await outsideJob(await signedIn(await person()));
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const clock = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms === 10_000 ? 50 : ms));
    await expect(step(jobId)).rejects.toThrow(/timeout/);
    clock.mockRestore();
    await expect(step(jobId, 2, timeout(50))).rejects.toThrow(/timeout/);
    expect(await jobOf(jobId)).toMatchObject({ status: "PROCESSING" });
  });

  test("and answers without end is not listened to for ever", async () => {
    double.answer = (response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(16_384)));
      };
      response.on("drain", more);
      more();
    };
    const jobId = await outsideJob(await signedIn(await person()));
    await step(jobId);
    expect(await jobOf(jobId)).toMatchObject({ externalId: `${jobId}-1` });
  });
});

describe("a store that fails while a result is taken", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each(["move", "head", "readRange"] as const)("at %s: 503, nothing is lost, and the same message is taken later", async (method) => {
    const jobId = await outsideJob(await signedIn(await person()));
    await arrive((await jobOf(jobId)).files[0]?.uploadKey ?? "", await png());
    vi.spyOn(storage(), method).mockRejectedValueOnce(new StorageUnavailable("down"));
    const answer = await tell("completed", jobId, `m-${jobId}`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await jobOf(jobId)).toMatchObject({ status: "PENDING", imageGeneration: { images: [] } });
    expect((await tell("completed", jobId, `m-${jobId}`)).status).toBe(200);
    const job = await jobOf(jobId);
    expect(job.imageGeneration?.images).toHaveLength(1);
    expect((await storage().list(`${job.ownerId}/`)).keys).toEqual([job.files[0]?.key]);
  });

  test("that moves the bytes and cuts the connection before it says so has them all the same", async () => {
    const jobId = await outsideJob(await signedIn(await person()));
    await arrive((await jobOf(jobId)).files[0]?.uploadKey ?? "", await png());
    const move = storage().move.bind(storage());
    vi.spyOn(storage(), "move").mockImplementationOnce(async (from, to) => {
      await move(from, to);
      throw new StorageUnavailable("ECONNRESET");
    });
    expect((await tell("completed", jobId)).status).toBe(503);
    expect((await tell("completed", jobId)).status).toBe(200);
    expect((await jobOf(jobId)).imageGeneration?.images).toHaveLength(1);
  });
});

describe("a worker that is killed", () => {
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
  });

  test("at any place, the next one goes on there: each result once, each generator told of one attempt", async () => {
    const ada = await signedIn(await person());
    const places = ["begun", "uploaded", "taken", "reported"];
    const jobs = new Map<string, string>();
    for (const place of places) jobs.set(place, (await imageJob(ada, 2)).jobId);
    jobs.set("asked", await outsideJob(ada));
    double.answer = () => undefined;
    const args = ["--import", "tsx", "--import", "./tests/support/bare.mjs", "tests/support/generation-worker.ts"];
    const child = spawn(process.execPath, [...args, ...[...jobs].map(([place, id]) => `${place}=${id}`)], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "pipe", "ignore"],
      env: process.env,
    });
    children.push(child);
    const reached = new Set<string>();
    createInterface({ input: child.stdout }).on("line", (line) => reached.add(line));
    await vi.waitFor(
      () => expect([...reached].sort().concat(double.heard.length > 0 ? "asked" : [])).toEqual([...places].sort().concat("asked")),
      45_000,
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    double.answer = begun;
    for (const [place, jobId] of jobs) {
      expect(await jobOf(jobId), place).toMatchObject({ status: "PROCESSING" });
      if (place === "asked") await step(jobId, 2);
      else {
        const work = await workOf(jobId, 1);
        for (const { index, uploadKey } of work?.places ?? []) {
          await arrive(uploadKey, await png());
          expect(await takeResult({ id: jobId, attempt: 1 }, index, aboutResult("IMAGE"))).toBe(null);
        }
        await stepWith({ BUNDLED: { step: () => Promise.resolve("done") } })(
          { jobId, attempt: 1 },
          { id: "1", attempt: 2, signal: AbortSignal.timeout(9_000) },
        );
        const job = await jobOf(jobId);
        expect([job.status, job.imageGeneration?.images.length], place).toEqual(["COMPLETED", 2]);
      }
    }
    const asked = double.heard.map(({ headers }) => headers["webhook-id"]);
    expect([asked.length, new Set(asked).size]).toEqual([2, 1]);
    const { ownerId } = await jobOf(jobs.get("asked") ?? "");
    const shown = await db().file.findMany({ where: { ownerId, status: "READY" }, select: { key: true } });
    expect((await storage().list(`${ownerId}/`)).keys.sort()).toEqual(shown.map(({ key }) => key).sort());
  });
});

test("whoever is configured does the work: an outside backend before a key, a key before Foyer itself", async () => {
  expect(generatorOf("IMAGE")).toBe("OUTSIDE");
  const jobId = await outsideJob(await signedIn(await person()));
  const work = await workOf(jobId, 1);
  expect(work && (await requestOf(work)).message.data.places).toHaveLength(1);
});
