import { randomBytes, randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { changeWithRoom } from "@/access/room";
import { POST } from "@/app/api/webhooks/generation/route";
import { cancelJob, retryJob } from "@/features/studio/jobs/actions";
import { report } from "@/features/studio/jobs/results";
import { startJob } from "@/features/studio/jobs/start";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { S3Storage } from "@/storage/s3";
import { box, mp4 } from "./support/mp4";
import { person } from "./support/people";
import { type Browser, browser, signedIn } from "./support/request";
import { arrive, imageJob, png } from "./support/studio";

const secret = () => `whsec_${randomBytes(32).toString("base64")}`;
const [SECRET, OLD] = [secret(), secret()];
process.env.WEBHOOK_SECRET = `${SECRET}, ${OLD}`;

interface Sent {
  id?: string;
  at?: Date;
  by?: string;
  headers?: Record<string, string>;
}
/** As a generator sends it; a text is sent as it is. */
async function send(message: object | string, { id = randomUUID(), at = new Date(), by = SECRET, headers = {} }: Sent = {}) {
  const body = typeof message === "string" ? message : JSON.stringify(message);
  const signature = new Webhook(by).sign(id, at, body);
  const stamps = { "webhook-id": id, "webhook-timestamp": String(Math.floor(at.getTime() / 1000)), "webhook-signature": signature };
  const answer = await browser().fetch(POST, "/api/webhooks/generation", { method: "POST", body, headers: { ...stamps, ...headers } });
  const said = await answer.json();
  return { status: answer.status, listening: said.listening, code: said.error?.code, retryAfter: answer.headers.get("retry-after") };
}
const say = (type: string, jobId: string, data: object = {}, sent?: Sent) =>
  send({ type: `generation.${type}`, data: { jobId, attempt: 1, ...data } }, sent);

const jobOf = (id: string) =>
  db().job.findUniqueOrThrow({
    where: { id },
    include: {
      files: { orderBy: { jobIndex: "asc" } },
      imageGeneration: { include: { images: true } },
      videoGeneration: { include: { videos: true } },
    },
  });
async function outsideJob(window: Browser, count = 1): Promise<string> {
  const { jobId } = await imageJob(window, count);
  await db().job.update({ where: { id: jobId }, data: { generator: "OUTSIDE" } });
  return jobId;
}
const put = async (jobId: string, index = 0, bytes?: Buffer, contentType?: string) => {
  const { files } = await jobOf(jobId);
  await arrive(
    files.find(({ jobIndex, status }) => jobIndex === index && status === "PENDING")?.uploadKey ?? "",
    bytes ?? (await png()),
    contentType,
  );
};
async function filmJob(window: Browser): Promise<string> {
  return window.run(async () => {
    const entry = await enter("create", "VideoGeneration");
    const places = [{ name: "film.mp4", contentType: "video/mp4", kind: "VIDEO" as const, maxBytes: 1_000_000 }];
    return changeWithRoom(entry, 1_000_000, async (tx, record) => {
      const data = { prompt: "rain", model: "x", authorId: entry.actor.userId, storageProvider: storage().provider };
      const { id } = await tx.videoGeneration.create({ data, select: { id: true } });
      const order = {
        kind: "VIDEO" as const,
        places,
        generator: "OUTSIDE" as const,
        organizationId: null,
        purpose: { videoGenerationId: id },
      };
      return (await startJob(tx, record, entry, order)).id;
    });
  });
}

describe("what a generator says", () => {
  test("progress, results and the end take effect, and the files are their owner's", async () => {
    const ada = await person();
    const jobId = await outsideJob(await signedIn(ada), 2);
    expect(await say("progress", jobId, { progress: 30, step: "generating", message: "half of it" })).toEqual({
      status: 200,
      listening: true,
      code: undefined,
      retryAfter: null,
    });
    expect(await jobOf(jobId)).toMatchObject({ status: "PROCESSING", progress: 30, step: "generating" });
    await put(jobId, 1);
    expect(await say("result", jobId, { index: 1 })).toMatchObject({ status: 200, listening: true });
    expect((await jobOf(jobId)).files.map(({ status }) => status)).toEqual(["PENDING", "READY"]);
    await put(jobId, 0);
    expect(await say("completed", jobId)).toMatchObject({ status: 200, listening: false });
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ status: "COMPLETED", progress: 100 });
    expect(job.files).toMatchObject([0, 1].map(() => ({ ownerId: ada.id, status: "READY", width: 64, height: 48 })));
    expect(job.imageGeneration?.images).toHaveLength(2);
  });

  test.each([
    ["a picture", outsideJob, png, "image/png", { width: 64, height: 48 }],
    ["a film", filmJob, () => mp4({ width: 1920, height: 1080, seconds: 8 }), "video/mp4", { width: 1920, height: 1080 }],
  ])("%s under way when the site moves to another store is looked at in the one where it lies", async (_, start, make, type, size) => {
    const jobId = await start(await signedIn(await person()));
    await put(jobId, 0, await make(), type);
    const before = storage();
    globalThis.foyerStorage = new S3Storage({ bucket: "new", region: "us-east-1", endpoint: "http://127.0.0.1:9" });
    const answer = await say("completed", jobId).finally(() => {
      globalThis.foyerStorage = before;
    });
    expect([answer.status, await jobOf(jobId)]).toMatchObject([200, { status: "COMPLETED", files: [{ status: "READY", ...size }] }]);
  });

  test("twenty times at once is once, in whatever order, with one id or with many", async () => {
    const jobId = await outsideJob(await signedIn(await person()), 3);
    for (const index of [0, 1, 2]) await put(jobId, index);
    const one = randomUUID();
    const messages = Array.from({ length: 20 }, (_, turn) => [
      () => say("completed", jobId, {}, { id: one }),
      () => say("result", jobId, { index: turn % 3 }),
      () => say("progress", jobId, { progress: 99 - turn }, { id: `progress-${turn % 4}` }),
    ]).flat();
    const answers = await Promise.all(messages.sort(() => Math.random() - 0.5).map((message) => message()));
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect((await say("completed", jobId, {}, { id: one })).status).toBe(200);
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ status: "COMPLETED", progress: 100 });
    expect(job.imageGeneration?.images).toHaveLength(3);
    expect((await storage().list(`${job.ownerId}/`)).keys.sort()).toEqual(job.files.map(({ key }) => key).sort());
    expect(await db().auditEvent.count({ where: { subjectId: jobId, action: "job.completed" } })).toBe(1);
  });

  test("a message that was taken takes no effect again, whatever it says now", async () => {
    const jobId = await outsideJob(await signedIn(await person()));
    const id = randomUUID();
    await say("progress", jobId, { progress: 40 }, { id });
    expect(await say("progress", jobId, { progress: 60 }, { id })).toMatchObject({ status: 200, listening: true });
    expect(await say("failed", jobId, { reason: "failed" }, { id })).toMatchObject({ status: 200, listening: true });
    expect(await jobOf(jobId)).toMatchObject({ status: "PROCESSING", progress: 40 });
  });

  test("a completion that comes before its bytes is to be sent again, and is taken then", async () => {
    const jobId = await outsideJob(await signedIn(await person()));
    const id = randomUUID();
    expect(await say("completed", jobId, {}, { id })).toMatchObject({ status: 409, code: "conflict", retryAfter: "5" });
    expect(await say("result", jobId, { index: 0 })).toMatchObject({ status: 409 });
    await put(jobId);
    expect(await say("completed", jobId, {}, { id })).toMatchObject({ status: 200 });
    expect(await jobOf(jobId)).toMatchObject({ status: "COMPLETED" });
  });

  test("progress does not go back, and after the end nothing does anything", async () => {
    const jobId = await outsideJob(await signedIn(await person()));
    await say("progress", jobId, { progress: 50 });
    await say("progress", jobId, { progress: 20 });
    expect(await jobOf(jobId)).toMatchObject({ progress: 50 });
    await put(jobId);
    await say("completed", jobId);
    const before = await jobOf(jobId);
    for (const [type, data] of [
      ["progress", { progress: 99 }],
      ["failed", { reason: "quota" }],
      ["result", { index: 0 }],
    ] as const)
      expect(await say(type, jobId, data)).toMatchObject({ status: 200, listening: false });
    expect(await jobOf(jobId)).toEqual(before);
  });

  test.each([
    ["failed", "generator_failed"],
    ["refused", "generator_refused"],
    ["quota", "generator_quota"],
  ])("that it %s fails the job with the reason %s", async (reason, error) => {
    const jobId = await outsideJob(await signedIn(await person()));
    expect(await say("failed", jobId, { reason })).toMatchObject({ status: 200, listening: false });
    expect(await jobOf(jobId)).toMatchObject({ status: "FAILED", error });
  });

  test("of a cancelled attempt, or one before another try, is not listened to", async () => {
    const ada = await signedIn(await person());
    const jobId = await outsideJob(ada);
    await ada.run(() => cancelJob({ id: jobId }));
    expect(await say("completed", jobId)).toMatchObject({ status: 200, listening: false });
    expect(await jobOf(jobId)).toMatchObject({ status: "CANCELLED" });
    await ada.run(() => retryJob({ id: jobId }));
    for (const attempt of [1, 3]) expect(await say("failed", jobId, { reason: "failed", attempt })).toMatchObject({ listening: false });
    expect(await jobOf(jobId)).toMatchObject({ status: "PENDING", attempt: 2 });
    await put(jobId);
    expect(await say("completed", jobId, { attempt: 2 })).toMatchObject({ status: 200 });
    expect(await jobOf(jobId)).toMatchObject({ status: "COMPLETED" });
  });

  test("of a job that is none, or that another generator does, is not listened to", async () => {
    const { jobId } = await imageJob(await signedIn(await person()));
    for (const id of [randomUUID(), jobId])
      expect(await say("failed", id, { reason: "failed" })).toMatchObject({ status: 200, listening: false });
    expect(await jobOf(jobId)).toMatchObject({ status: "PENDING" });
  });
});

describe("who may speak", () => {
  test("whoever knows one of the secrets, within five minutes, and nobody else", async () => {
    const jobId = await outsideJob(await signedIn(await person()));
    const minutes = (count: number) => new Date(Date.now() + count * 60_000);
    const progress = (sent: Sent) => say("progress", jobId, { progress: 1 }, sent);
    for (const sent of [{ by: SECRET }, { by: OLD }, { at: minutes(-4.9) }, { at: minutes(4.9) }])
      expect((await progress(sent)).status).toBe(200);
    const stolen = new Webhook(SECRET).sign("another", new Date(), "{}");
    const refused: Sent[] = [
      { by: secret() },
      { at: minutes(-5.1) },
      { at: minutes(5.1) },
      { id: "with.dot" },
      { id: "x".repeat(256) },
      { headers: { "webhook-id": "another" } },
      { headers: { "webhook-signature": stolen } },
      { headers: { "webhook-signature": "" } },
      { headers: { "webhook-signature": "v1" } },
      { headers: { "webhook-signature": "v1a,AAAA" } },
      { headers: { "webhook-timestamp": String(Math.floor(Date.now() / 1000) - 1) } },
      { headers: { "webhook-timestamp": "1e10" } },
      { headers: { "webhook-timestamp": "" } },
    ];
    for (const sent of refused) expect(await progress(sent), JSON.stringify(sent)).toMatchObject({ status: 401, code: "unauthenticated" });
  });
});

describe("what it may not say", () => {
  test.each<[string, (valid: { type: string; data: Record<string, unknown> }) => unknown, number]>([
    ["no JSON", () => "{", 422],
    ["a byte order mark before it", (valid) => `\ufeff${JSON.stringify(valid)}`, 422],
    ["a list", (valid) => [valid], 422],
    ["another type", ({ data }) => ({ type: "generation.deleted", data }), 422],
    ["a field too many", (valid) => ({ ...valid, ownerId: randomUUID() }), 422],
    ["a key", ({ type, data }) => ({ type, data: { ...data, key: "somebody/else" } }), 422],
    ["an owner", ({ type, data }) => ({ type, data: { ...data, ownerId: randomUUID() } }), 422],
    ["a path for an index", ({ type, data }) => ({ type, data: { ...data, index: "../0" } }), 422],
    ["an index below", ({ type, data }) => ({ type, data: { ...data, index: -1 } }), 422],
    ["an index between", ({ type, data }) => ({ type, data: { ...data, index: 0.5 } }), 422],
    ["an operator for a job", ({ type, data }) => ({ type, data: { ...data, jobId: { not: "" } } }), 422],
    ["a path for a job", ({ type, data }) => ({ type, data: { ...data, jobId: `../${String(data.jobId)}` } }), 422],
    ["more than a message holds", (valid) => JSON.stringify(valid) + " ".repeat(16_384), 413],
    // Answered as a result whose bytes are not there: of this job there is no such place.
    ["a place of another job", ({ type, data }) => ({ type, data: { ...data, index: 1 } }), 409],
  ])("%s", async (_, wrong, status) => {
    const jobId = await outsideJob(await signedIn(await person()));
    await put(jobId);
    const message = wrong({ type: "generation.result", data: { jobId, attempt: 1, index: 0 } });
    expect((await send(typeof message === "string" ? message : (message as object))).status).toBe(status);
    expect((await jobOf(jobId)).files).toMatchObject([{ status: "PENDING" }]);
  });

  const html = Buffer.from("<!doctype html><script>alert(1)</script>");
  const bomb = async () => {
    const bytes = Buffer.from(await png());
    // 50,000 x 50,000 in the header: a decoder that believes it takes ten gigabytes.
    bytes.writeUInt32BE(50_000, 16);
    bytes.writeUInt32BE(50_000, 20);
    return bytes;
  };
  test.each<[string, () => Promise<Buffer> | Buffer, string?]>([
    ["HTML that calls itself a picture", () => html],
    ["SVG that calls itself one", () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ["a picture that a ZIP is glued to", async () => Buffer.concat([await png(), Buffer.from("PK\x05\x06"), Buffer.alloc(18)])],
    ["a picture with a page in it", async () => Buffer.concat([(await png()).subarray(0, 60), html])],
    ["a picture of 2,500 million pixels", bomb],
    ["a picture without its end", async () => (await png()).subarray(0, 20)],
    ["nothing", () => Buffer.alloc(0)],
    [
      "a JPEG under the name of a PNG",
      async () =>
        (await import("sharp"))
          .default(await png())
          .jpeg()
          .toBuffer(),
    ],
    ["another type than the one that was signed", () => png(), "image/jpeg"],
    ["too many bytes", async () => Buffer.alloc(1_000_001, await png())],
  ])("that %s is a result: the job fails, and nothing of it stays", async (_, bytes, contentType) => {
    const ada = await person();
    const jobId = await outsideJob(await signedIn(ada));
    await put(jobId, 0, await bytes(), contentType);
    expect(await say("completed", jobId)).toMatchObject({ status: 200, listening: false });
    expect(await jobOf(jobId)).toMatchObject({ status: "FAILED", error: "result_wrong", imageGeneration: { images: [] } });
    expect((await storage().list(`${ada.id}/`)).keys).toEqual([]);
  });

  test("what a film is, its own index says", async () => {
    const good = await filmJob(await signedIn(await person()));
    await put(good, 0, mp4({ width: 1920, height: 1080, seconds: 8 }), "video/mp4");
    expect(await say("completed", good)).toMatchObject({ status: 200 });
    const { videoGeneration, files } = await jobOf(good);
    expect(videoGeneration).toMatchObject({
      status: "COMPLETED",
      videos: [{ width: 1920, height: 1080, durationSeconds: 8, aspectRatio: "16:9" }],
    });
    expect(files).toMatchObject([{ width: 1920, height: 1080, kind: "VIDEO" }]);
    for (const bytes of [Buffer.concat([mp4().subarray(0, 24), box("mdat", Buffer.alloc(50))]), mp4({ seconds: 0 }), await png()]) {
      const bad = await filmJob(await signedIn(await person()));
      await put(bad, 0, bytes, "video/mp4");
      await say("completed", bad);
      expect(await jobOf(bad)).toMatchObject({ status: "FAILED", error: "result_wrong", videoGeneration: { status: "FAILED" } });
    }
  });
});

test("an attempt that ends between two of its messages stays as it ended", async () => {
  const ada = await signedIn(await person());
  const jobId = await outsideJob(ada);
  await put(jobId);
  await Promise.all([say("completed", jobId), ada.run(() => cancelJob({ id: jobId })), report({ id: jobId, attempt: 1 }, { progress: 5 })]);
  const { status, imageGeneration, files } = await jobOf(jobId);
  expect(imageGeneration).toMatchObject({ status });
  expect(["COMPLETED", "CANCELLED"]).toContain(status);
  expect(files.filter((file) => file.status === "PENDING")).toEqual([]);
});
