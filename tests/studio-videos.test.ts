import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { enter } from "@/access/door";
import { makePreview, requestPosters } from "@/features/files/previews";
import { cancelJob, retryJob } from "@/features/studio/jobs/actions";
import { deleteVideoGeneration, deleteVideos, generateVideos } from "@/features/studio/videos/actions";
import { listVideos } from "@/features/studio/videos/queries";
import type { generateVideosSchema } from "@/features/studio/videos/schema";
import { VideosFeed } from "@/features/studio/videos/videos-feed";
import en from "@/i18n/messages/en.json";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { readFilm } from "@/lib/mp4";
import { measurePicture } from "@/lib/pictures";
import { storage } from "@/storage";
import { ffmpegPath, ffmpegWithOneFilm } from "./support/ffmpeg";
import { file, person } from "./support/people";
import { as, asVisitor, type Browser, signedIn } from "./support/request";
import { pictureOf, work } from "./support/studio";

const ASKED = { prompt: "Snow falls", aspectRatio: "1:1", durationSeconds: 4 } as const;
const NO_FFMPEG = "no-such-program-anywhere";
let path = "";
/** Where how films are made is not what is looked at. */
let ready = "";
let ada: Awaited<ReturnType<typeof person>>;
let window: Browser;
beforeAll(async () => {
  path = await ffmpegPath();
  ready = await ffmpegWithOneFilm(path, "960x960", ASKED.durationSeconds);
});
beforeEach(async () => {
  env().FFMPEG_PATH = ready;
  ada = await person();
  window = await signedIn(ada);
});

type Asked = z.input<typeof generateVideosSchema>;
const ask = (input: Asked | FormData = ASKED, by = window) => by.run(() => generateVideos(input));
async function asked(input?: Asked): Promise<{ id: string; jobId: string }> {
  const result = await ask(input);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.data;
}
const rowOf = (id: string) =>
  db().videoGeneration.findUniqueOrThrow({ where: { id }, include: { videos: { include: { file: true } }, job: true } });
const listed = () => window.run(async () => (await listVideos(await enter("read", "VideoGeneration"))).generations);
const folderOf = (jobId: string) => join(tmpdir(), `foyer-film-${jobId}`);

test("a film has a poster where there is ffmpeg, and none otherwise, or where what calls itself a film is something else", async () => {
  const { id, jobId } = await asked();
  await work(jobId);
  const fileId = (await rowOf(id)).videos[0]?.file.id ?? "";
  const preview = async () => (await db().file.findUniqueOrThrow({ where: { id: fileId } })).previewKey;
  env().FFMPEG_PATH = NO_FFMPEG;
  await makePreview({ fileId });
  expect(await preview()).toBeNull();
  env().FFMPEG_PATH = ready;
  await makePreview({ fileId });
  const bytes = (await storage().readRange((await preview()) ?? "", 0, 1_000_000)) ?? new Uint8Array();
  expect(await measurePicture(bytes)).toMatchObject({ format: "webp", width: 640, height: 640 });
  const [generation] = await listed();
  expect(generation?.videos[0]?.preview).toEqual(expect.any(String));

  // A playlist: read as one, it would name files of this machine.
  const list = Buffer.from("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n");
  const key = `${ada.id}/${randomUUID()}`;
  await storage().put(key, Readable.from([list]), { sizeBytes: list.byteLength, contentType: "video/mp4" });
  const given = { key, kind: "VIDEO" as const, contentType: "video/mp4", sizeBytes: BigInt(list.byteLength) };
  const wrong = await file(ada, given);
  await makePreview({ fileId: wrong.id });
  expect(await db().file.findUniqueOrThrow({ where: { id: wrong.id } })).toMatchObject({
    previewKey: null,
    previewTriedAt: expect.any(Date),
  });

  const older = await file(ada, { ...given, key: `${ada.id}/${randomUUID()}` });
  await requestPosters();
  const waiting = await db().$queryRaw<{ key: string }[]>`SELECT key FROM graphile_worker.jobs WHERE key LIKE 'poster %'`;
  const plan = await db().$transaction(async (tx) => {
    // Of so few rows all would be read.
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    return tx.$queryRaw`EXPLAIN SELECT "id" FROM "File" WHERE "kind" = 'VIDEO' AND "status" = 'READY' AND "previewKey" IS NULL
      AND "previewTriedAt" IS NULL AND "sizeBytes" <= 1 ORDER BY "id" DESC LIMIT 1`;
  });
  expect(JSON.stringify(plan)).toMatch(/Index Scan using ..File_without_poster_idx/);
  // One from before ffmpeg was there is asked for; what was tried in vain is not copied again at each start.
  expect(waiting.map(({ key }) => key).filter((key) => [older.id, wrong.id].includes(key.slice("poster ".length)))).toEqual([
    `poster ${older.id}`,
  ]);
});

describe("asking for films", () => {
  test("makes films that begin before they are there as a whole, of the shape and length asked for, labelled as a demonstration", async () => {
    env().FFMPEG_PATH = path;
    const mine = await pictureOf(ada);
    const { id, jobId } = await asked({ ...ASKED, numberOfVideos: 2, inputImageId: mine.id, personGeneration: "DONT_ALLOW" });
    expect(await rowOf(id)).toMatchObject({ status: "PENDING", inputImageId: mine.id, model: "foyer-demonstration", authorId: ada.id });
    await work(jobId);
    const { videos, ...row } = await rowOf(id);
    expect(row).toMatchObject({ status: "COMPLETED", error: null, progress: 100, job: { status: "COMPLETED" } });
    expect(videos.map(({ filename }) => filename).sort()).toEqual(["snow-falls-1.mp4", "snow-falls-2.mp4"]);
    for (const { s3Key, fileSize, file, ...video } of videos) {
      expect(video).toMatchObject({ width: 960, height: 960, durationSeconds: 4, aspectRatio: "1:1", metadata: { demonstration: true } });
      expect(file).toMatchObject({ ownerId: ada.id, kind: "VIDEO", status: "READY", contentType: "video/mp4", width: 960 });
      const bytes = Buffer.from((await storage().readRange(s3Key, 0, Number(fileSize) - 1)) ?? []);
      expect(bytes.indexOf("moov")).toBeLessThan(bytes.indexOf("mdat"));
      expect(bytes.indexOf("avc1")).toBeGreaterThan(0);
      const read = (start: number, end: number) => Promise.resolve(bytes.subarray(start, end + 1));
      expect(await readFilm(read, bytes.byteLength)).toEqual({ width: 960, height: 960, seconds: 4 });
    }
    expect(existsSync(folderOf(jobId))).toBe(false);
    const states = (await db().jobEvent.findMany({ where: { jobId } })).map(({ data }) => (data as { progress: number }).progress);
    expect(states.some((progress) => progress > 0 && progress < 100)).toBe(true);
    expect(states).toEqual([...states].sort((a, b) => a - b));
  });

  test("says beforehand, and the job afterwards, when there is no ffmpeg; the job is tried again once there is", async () => {
    const { id, jobId } = await asked();
    env().FFMPEG_PATH = NO_FFMPEG;
    expect(await ask()).toMatchObject({ ok: false, error: { code: "conflict" } });
    // The page, which has no form then, does not say "describe one" either.
    const feed = await window.run(async () => VideosFeed({ entry: await enter("read", "VideoGeneration"), organizations: [] }));
    expect(feed.props.emptyBody).toBe(en.videos.emptyUnavailable);
    await work(jobId);
    expect(await rowOf(id)).toMatchObject({ status: "FAILED", error: "films_unavailable", videos: [] });
    env().FFMPEG_PATH = ready;
    expect(await window.run(() => retryJob({ id: jobId }))).toMatchObject({ ok: true });
    await work(jobId);
    expect(await rowOf(id)).toMatchObject({ status: "COMPLETED", videos: [{ durationSeconds: 4 }] });
  });

  test("cancelled while ffmpeg works, it ends ffmpeg and clears up behind it", async () => {
    env().FFMPEG_PATH = path;
    const { id, jobId } = await asked({ ...ASKED, aspectRatio: "16:9", durationSeconds: 8, numberOfVideos: 4 });
    const working = work(jobId);
    await expect.poll(async () => (await rowOf(id)).status, { interval: 20 }).toBe("GENERATING");
    await expect.poll(() => existsSync(folderOf(jobId)) && readdirSync(folderOf(jobId)), { interval: 20 }).toContain("film.mp4");
    expect(await window.run(() => cancelJob({ id: jobId }))).toMatchObject({ ok: true });
    await working;
    expect(await rowOf(id)).toMatchObject({ status: "CANCELLED", videos: [] });
    expect(existsSync(folderOf(jobId))).toBe(false);
  });

  test("when the process has to end, ffmpeg ends too, and the next one begins that film again", async () => {
    env().FFMPEG_PATH = path;
    const { id, jobId } = await asked();
    const stop = new AbortController();
    const working = work(jobId, { signal: stop.signal });
    await expect.poll(() => existsSync(folderOf(jobId)) && readdirSync(folderOf(jobId)), { interval: 20 }).toContain("film.mp4");
    stop.abort();
    await expect(working).rejects.toThrow();
    expect(existsSync(folderOf(jobId))).toBe(false);
    env().FFMPEG_PATH = ready;
    await work(jobId);
    expect(await rowOf(id)).toMatchObject({ status: "COMPLETED", videos: [{ width: 960 }] });
  });

  test.each([
    ["no prompt", { ...ASKED, prompt: "" }],
    ["three seconds", { ...ASKED, durationSeconds: 3 }],
    ["nine seconds", { ...ASKED, durationSeconds: 9 }],
    ["five films", { ...ASKED, numberOfVideos: 5 }],
    ["a shape that is not offered", { ...ASKED, aspectRatio: "21:9" }],
    ["a picture by its address", { ...ASKED, inputImageId: "file:///etc/passwd" }],
    ["a field that does not belong", { ...ASKED, model: "another" }],
  ])("refuses %s", async (_, input) => {
    expect(await ask(input as never)).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect(await db().videoGeneration.count({ where: { authorId: ada.id } })).toBe(0);
  });

  test("begins with nobody else's picture, and is nothing for a visitor", async () => {
    const { id: inputImageId } = await pictureOf(await person());
    expect(await ask({ ...ASKED, inputImageId })).toMatchObject({ ok: false, error: { fields: { inputImageId: expect.any(String) } } });
    expect(await asVisitor({}, () => generateVideos(ASKED))).toMatchObject({ error: { code: "unauthenticated" } });
  });
});

describe("the list, and deleting from it", () => {
  /** Two films of a request that has ended, without their bytes. */
  async function made(): Promise<{ id: string; videos: string[] }> {
    const { id, jobId } = await asked({ ...ASKED, numberOfVideos: 2 });
    await window.run(() => cancelJob({ id: jobId }));
    const files = await db().file.findMany({ where: { jobId } });
    const videos: string[] = [];
    for (const { key, name } of files) {
      const { id: fileId } = await db().file.update({ where: { key }, data: { status: "READY", key: `${key}-taken` } });
      const film = { filename: name, s3Key: `${key}-taken`, fileSize: 9, durationSeconds: 4, aspectRatio: "1:1", width: 1, height: 1 };
      await db().videoFile.create({ data: { ...film, generationId: id } });
      videos.push(fileId);
    }
    return { id, videos };
  }

  test("shows one's own films by small pictures of this site, and hands out no URL of a film that nobody has opened", async () => {
    const { id, videos } = await made();
    const [generation] = await listed();
    expect(generation).toMatchObject({ id, job: { status: "CANCELLED" } });
    expect(generation?.videos.map(({ preview }) => preview).sort()).toEqual(videos.map((film) => `/api/files/${film}/preview`).sort());
    expect(JSON.stringify(generation)).not.toContain("/api/storage/");
    await as(await person(), async () => expect((await listVideos(await enter("read", "VideoGeneration"))).generations).toEqual([]));
  });

  test("films go one by one, the request with the last; nothing of it is for strangers", async () => {
    const { id, videos } = await made();
    const bo = await signedIn(await person());
    expect(await bo.run(() => deleteVideos({ ids: videos }))).toMatchObject({ error: { code: "not_found" } });
    expect(await bo.run(() => deleteVideoGeneration({ id }))).toMatchObject({ error: { code: "not_found" } });
    expect(await asVisitor({}, () => deleteVideos({ ids: videos }))).toMatchObject({ error: { code: "unauthenticated" } });
    expect(await window.run(() => deleteVideos({ ids: ["x"] }))).toMatchObject({ error: { code: "invalid" } });
    expect(await window.run(() => deleteVideos({ ids: videos.slice(0, 1) }))).toMatchObject({ ok: true });
    expect((await listed())[0]?.videos).toHaveLength(1);
    expect(await window.run(() => deleteVideoGeneration({ id }))).toMatchObject({ ok: true });
    expect(await listed()).toEqual([]);
    expect(await db().file.count({ where: { ownerId: ada.id, status: "READY" } })).toBe(0);
  });

  test("a request under way is cancelled first", async () => {
    const { id } = await asked();
    expect(await window.run(() => deleteVideoGeneration({ id }))).toMatchObject({ error: { code: "conflict" } });
  });
});
