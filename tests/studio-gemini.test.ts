import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { GET as jobRoute } from "@/app/api/jobs/[id]/route";
import { draftPost, savePost, takeDraft } from "@/features/studio/blog/actions";
import { createPost } from "@/features/studio/blog/changes";
import { addDraft, deleteBook, draftChapter, exportBook, shareBook } from "@/features/studio/books/actions";
import { createBook } from "@/features/studio/books/changes";
import { addChapter } from "@/features/studio/books/chapters";
import { MarkdownView } from "@/features/studio/documents/markdown-view";
import { listExports } from "@/features/studio/documents/queries";
import { deleteDraft } from "@/features/studio/drafts/actions";
import { chapterOf } from "@/features/studio/drafts/chapter";
import { listDrafts } from "@/features/studio/drafts/queries";
import { shownText } from "@/features/studio/drafts/text";
import { generatorOf } from "@/features/studio/generators/registry";
import { generateImages } from "@/features/studio/images/actions";
import { cancelJob, retryJob } from "@/features/studio/jobs/actions";
import { generateVideos } from "@/features/studio/videos/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { storage } from "@/storage";
import { type Gemini, startGemini } from "./support/gemini";
import { mp4 } from "./support/mp4";
import { admin, person } from "./support/people";
import { type Browser, signedIn } from "./support/request";
import { arrive, pictureOf, png, work } from "./support/studio";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const IMAGES = { prompt: "A lit doorway", numImages: 2, size: "1280x960", format: "JPEG", style: "sketch" } as const;
const VIDEOS = { prompt: "Snow falls", aspectRatio: "16:9", durationSeconds: 4 } as const;
let google: Gemini;
let ada: Awaited<ReturnType<typeof person>>;
let window: Browser;
beforeAll(async () => {
  google = await startGemini({ picture: await png(640, 480), film: mp4({ width: 320, height: 180, seconds: 1 }) });
  Object.assign(env(), google.env);
});
afterAll(() => google.stop());
beforeEach(async () => {
  google.calm();
  ada = await person();
  window = await signedIn(ada);
});

async function images(given: object = {}) {
  const result = await window.run(() => generateImages({ ...IMAGES, ...given }));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.data;
}
async function videos(given: object = {}) {
  const result = await window.run(() => generateVideos({ ...VIDEOS, ...given }));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.data;
}
const imagesOf = (id: string) => db().imageGeneration.findUniqueOrThrow({ where: { id }, include: { images: true, job: true } });
const videosOf = (id: string) => db().videoGeneration.findUniqueOrThrow({ where: { id }, include: { videos: true, job: true } });
const asked = (what: string) => google.requests.filter(({ path }) => path.endsWith(what));

test("with a key pictures and films are Google's, the documents of books and posts stay Foyer's own", () => {
  expect(["IMAGE", "VIDEO", "BOOK", "BLOG"].map((kind) => generatorOf(kind as "IMAGE"))).toEqual([
    "GEMINI",
    "GEMINI",
    "BUNDLED",
    "BUNDLED",
  ]);
});

describe("pictures", () => {
  test("come one by one, in the size and format asked for, with the words, the ratio and the picture they begin with", async () => {
    const mine = await pictureOf(ada);
    const { id, jobId } = await images({ inputImageId: mine.id });
    await work(jobId);
    const { images: made, ...row } = await imagesOf(id);
    expect(row).toMatchObject({ status: "COMPLETED", model: "gemini-2.5-flash-image", modelVersion: "double-image-1" });
    expect(made).toHaveLength(2);
    for (const { s3Key, fileSize, ...image } of made) {
      expect(image).toMatchObject({ format: "JPEG", width: 1280, height: 960, aspectRatio: "4:3", metadata: null });
      const bytes = Buffer.from((await storage().readRange(s3Key, 0, Number(fileSize) - 1)) ?? []);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width: 1280, height: 960 });
    }
    expect(asked(":generateContent")).toHaveLength(2);
    const [{ path, key, body } = { path: "", key: "", body: {} }] = google.requests;
    expect([path, key]).toEqual(["/v1beta/models/gemini-2.5-flash-image:generateContent", google.env.GEMINI_API_KEY]);
    expect(body.contents[0].parts[0].text).toBe("A lit doorway\n\nStyle: sketch.");
    expect(body.contents[0].parts[1].inlineData).toEqual({ mimeType: "image/png", data: (await png()).toString("base64") });
    expect(body.generationConfig).toMatchObject({ responseModalities: ["IMAGE"], imageConfig: { aspectRatio: "4:3" } });
  });

  test.each([
    ["no quota", { next: [429] }, "generator_quota"],
    ["a request that is wrong", { next: [400] }, "generator_failed"],
    ["a key that is refused", { next: [403] }, "generator_failed"],
    ["words that are refused", { refuses: "prompt" as const }, "generator_refused"],
    ["a picture that is refused", { refuses: "result" as const }, "generator_refused"],
    ["bytes that are no picture", { picture: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>x\0") }, "result_wrong"],
  ])("%s ends the job with the reason, and can be tried again", async (_, switches, error) => {
    const { id, jobId } = await images({ numImages: 1 });
    Object.assign(google.switches, switches);
    await work(jobId);
    expect(await imagesOf(id)).toMatchObject({ status: "FAILED", error, images: [] });
    google.calm();
    expect(await window.run(() => retryJob({ id: jobId }))).toMatchObject({ ok: true });
    await work(jobId);
    expect(await imagesOf(id)).toMatchObject({ status: "COMPLETED", images: [{}] });
  });

  test.each([
    ["a 500", 500],
    ["a 503", 503],
    ["a connection that is cut", 0],
    ["one that is cut within the answer", -1],
  ])("%s passes: what is there stays, the rest is made at the next try", async (_, status) => {
    const { id, jobId } = await images();
    google.switches.next = [200, status];
    await expect(work(jobId)).rejects.toThrow();
    expect(await imagesOf(id)).toMatchObject({ status: "PROCESSING", images: [{}] });
    await work(jobId);
    expect((await imagesOf(id)).images).toHaveLength(2);
    expect(asked(":generateContent")).toHaveLength(3);
  });

  test("what stays broken ends with the fifth try", async () => {
    const { id, jobId } = await images({ numImages: 1 });
    google.switches.next = [500];
    await work(jobId, { tried: 5 });
    expect(await imagesOf(id)).toMatchObject({ status: "FAILED", error: "generator_failed" });
  });
});

describe("films", () => {
  test("are asked for once each and waited for, fetched from Google's files alone, and shown as they are", async () => {
    google.switches.polls = 2;
    const mine = await pictureOf(ada);
    const { id, jobId } = await videos({ numberOfVideos: 2, inputImageId: mine.id });
    await work(jobId);
    const { videos: made, ...row } = await videosOf(id);
    expect(row).toMatchObject({ status: "COMPLETED", error: null, model: "veo-3.1-generate-preview" });
    expect([row.generationTime, row.downloadTime].every((time) => time !== null && time >= 0)).toBe(true);
    expect(made).toHaveLength(2);
    for (const one of made) {
      expect(one).toMatchObject({ width: 320, height: 180, durationSeconds: 1, aspectRatio: "16:9", format: "mp4" });
      expect(one.remoteUri).toMatch(/^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/\w+:download/);
      expect(Number(one.fileSize)).toBe(google.switches.film.byteLength);
    }
    expect(google.operations.size).toBe(2);
    expect([...google.operations.values()].map(({ asked }) => asked)).toEqual([3, 3]);
    const [{ body } = { body: {} }] = asked(":predictLongRunning");
    expect(body.instances[0]).toMatchObject({ prompt: "Snow falls", image: { mimeType: "image/png" } });
    expect(body.parameters).toMatchObject({ sampleCount: 1, aspectRatio: "16:9", durationSeconds: 4, personGeneration: "allow_adult" });
    const states = (await db().jobEvent.findMany({ where: { jobId }, orderBy: { id: "asc" } })).map(
      ({ data }) => (data as { step: string }).step,
    );
    expect(states.filter((step) => step === "downloading").length).toBeGreaterThan(0);
  });

  test.each([
    ["no quota", { next: [429] }, "generator_quota"],
    ["no quota while it is waited for", { next: [200, 429] }, "generator_quota"],
    ["an operation that had no quota", { fails: { code: 8, message: "Quota exceeded." } }, "generator_quota"],
    ["an operation whose words were refused", { fails: { code: 3, message: "The prompt violates our policies." } }, "generator_refused"],
    ["an operation that broke", { fails: { code: 13, message: "Internal error." } }, "generator_failed"],
    ["a film that was filtered", { refuses: "result" as const }, "generator_refused"],
    ["an operation nobody knows any more", { next: [200, 404] }, "generator_failed"],
    ["bytes that are no film", { film: Buffer.from("<html>no film</html>") }, "result_wrong"],
    ["a film that is too large", { film: Buffer.alloc(20_000_001) }, "result_wrong"],
  ])("%s ends the job with the reason", async (_, switches, error) => {
    const { id, jobId } = await videos();
    Object.assign(google.switches, switches);
    await work(jobId);
    expect(await videosOf(id)).toMatchObject({ status: "FAILED", error, videos: [] });
    expect((await storage().list(`${ada.id}/`)).keys).toEqual([]);
  });

  test.each([
    ["a 500 while it is waited for", [200, 500]],
    ["a cut connection while it is waited for", [200, 0]],
    ["a 503 at the download", [200, 200, 503]],
    ["a download that is cut", [200, 200, -1]],
  ])("%s passes, and the same operation goes on", async (_, next) => {
    const { id, jobId } = await videos();
    google.switches.next = next;
    await expect(work(jobId)).rejects.toThrow();
    await work(jobId);
    expect(await videosOf(id)).toMatchObject({ status: "COMPLETED", videos: [{ width: 320 }] });
    expect(google.operations.size).toBe(1);
  });

  test.each([
    ["a 500", 500],
    ["a 502", 502],
    ["a 504", 504],
    ["a line that breaks", 0],
  ])("%s when it is asked to begin says nothing of whether it has, and it is not asked twice", async (_, answer) => {
    const { id, jobId } = await videos();
    google.switches.next = [answer];
    await work(jobId, { tried: 5 });
    await work(jobId);
    expect([await videosOf(id), asked(":predictLongRunning").length]).toMatchObject([{ status: "FAILED", error: "generator_unsure" }, 1]);
  });

  test.each([503, 408])("a %d when it is asked to begin is an answer, and it is asked again", async (answer) => {
    const { id, jobId } = await videos();
    google.switches.next = [answer];
    await expect(work(jobId)).rejects.toThrow();
    await work(jobId);
    expect([await videosOf(id), google.operations.size]).toMatchObject([{ status: "COMPLETED", error: null }, 1]);
  });

  test("a worker killed between two looks is followed by one that asks for the same operation; killed while it asks for one, by none that pays twice", async () => {
    google.switches.polls = 1;
    const { id, jobId } = await videos();
    const child = spawn(process.execPath, ["--import", "tsx", "--import", "./tests/support/bare.mjs", "tests/support/studio-worker.ts"], {
      cwd: ROOT,
      stdio: "ignore",
      env: { ...process.env, ...google.env },
    });
    await expect.poll(async () => (await videosOf(id)).job?.externalId, { timeout: 45_000 }).toMatch(/^0 models\/veo/);
    google.switches.mute = true;
    const unsure = await videos();
    await expect.poll(() => google.operations.size, { timeout: 20_000 }).toBe(2);
    child.kill("SIGKILL");
    await once(child, "exit");
    await work(jobId);
    expect(await videosOf(id)).toMatchObject({ status: "COMPLETED", videos: [{}] });
    google.switches.mute = false;
    await work(unsure.jobId);
    expect(await videosOf(unsure.id)).toMatchObject({ status: "FAILED", error: "generator_unsure", videos: [] });
    expect([google.operations.size, asked(":predictLongRunning").length]).toEqual([2, 2]);
    // Whoever asks again knows what they do.
    await window.run(() => retryJob({ id: unsure.jobId }));
    await work(unsure.jobId);
    expect(await videosOf(unsure.id)).toMatchObject({ status: "COMPLETED", videos: [{}] });
  });

  test("cancelled, it is asked about no more; square ones and a job without a key are refused", async () => {
    google.switches.polls = 99;
    const { id, jobId } = await videos();
    await work(jobId, { steps: 2 });
    await window.run(() => cancelJob({ id: jobId }));
    const before = google.requests.length;
    await work(jobId);
    expect([(await videosOf(id)).status, google.requests.length]).toEqual(["CANCELLED", before]);
    const square = await window.run(() => generateVideos({ ...VIDEOS, aspectRatio: "1:1" }));
    expect(square).toMatchObject({ ok: false, error: { fields: { aspectRatio: expect.any(String) } } });
    const { id: keyless, jobId: keylessJob } = await videos();
    const { GEMINI_API_KEY } = env();
    env().GEMINI_API_KEY = undefined;
    await work(keylessJob);
    env().GEMINI_API_KEY = GEMINI_API_KEY;
    expect(await videosOf(keyless)).toMatchObject({ status: "FAILED", error: "generator_failed" });
  });
});

describe("drafts", () => {
  const about = { title: "Doors", description: "About houses.", language: "fr" };
  let bookId: string;
  beforeEach(async () => {
    bookId = await window.run(async () => {
      const { id } = await createBook(await enter(), about);
      await addChapter(await enter(), { bookId: id, title: "The street", content: "It is long." });
      return id;
    });
  });
  async function draft(prompt = "The evening it was lit") {
    const result = await window.run(() => draftChapter({ id: bookId, prompt }));
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    return result.data.jobId;
  }
  const jobOf = (id: string) => db().job.findUniqueOrThrow({ where: { id }, include: { files: true } });
  const shown = (of: { bookId: string } | { blogPostId: string }) => window.run(async () => listDrafts(await enter(), of));
  const chapters = () => db().chapter.findMany({ where: { bookId }, orderBy: { position: "asc" } });

  test("arrive beside the book, asked for with what is known of it, and become a chapter at its end when their author says so", async () => {
    const before = await db().book.findUniqueOrThrow({ where: { id: bookId } });
    const id = await draft();
    await work(id);
    expect(await jobOf(id)).toMatchObject({
      status: "COMPLETED",
      kind: "BOOK",
      progress: 100,
      files: [{ name: "the-evening-it-was-lit-1.md" }],
    });
    const [{ path, body } = { path: "", body: {} }] = google.requests;
    expect(path).toBe("/v1beta/models/gemini-2.5-flash:generateContent");
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "The evening it was lit" }] }]);
    const instruction = body.systemInstruction.parts[0].text;
    for (const known of ['"fr"', '"Doors"', '"About houses."', '["The street"]', "without HTML"]) expect(instruction).toContain(known);
    expect(body.generationConfig).toEqual({ maxOutputTokens: 16_384 });
    // Nothing of the book has changed, nor how its documents stand.
    expect(await db().book.findUniqueOrThrow({ where: { id: bookId } })).toEqual(before);
    expect(await chapters()).toHaveLength(1);
    const [exports, [only]] = await Promise.all([window.run(async () => listExports(await enter(), { bookId })), shown({ bookId })]);
    expect(exports.map(({ document, job }) => [document, job])).toEqual(Array(5).fill([null, null]));
    expect([only?.prompt, only?.file && (await shownText(only.file))]).toEqual([
      "The evening it was lit",
      "# The lit doorway\n\nSnow fell.\n",
    ]);
    const added = await window.run(() => addDraft({ id }));
    expect(added).toMatchObject({ ok: true, data: { bookId, title: "The lit doorway" } });
    expect(await chapters()).toMatchObject([
      { title: "The street", content: "It is long." },
      { title: "The lit doorway", content: "Snow fell.\n" },
    ]);
    expect(await shown({ bookId })).toHaveLength(1);
    expect(await window.run(() => deleteDraft({ id }))).toMatchObject({ ok: true });
    expect([await shown({ bookId }), await db().job.count({ where: { id } }), await chapters()]).toMatchObject([[], 0, [{}, {}]]);
    expect(await db().file.findMany({ where: { ownerId: ada.id } })).toMatchObject([{ status: "DELETING" }]);
  });

  test("of a post are added by its editor, which writes over nothing that was written meanwhile", async () => {
    const { id: postId } = await window.run(async () => createPost(await enter(), { title: "A door", language: "en", content: "Mine." }));
    const asked = await window.run(() => draftPost({ id: postId, prompt: "Snow" }));
    const id = asked.ok ? asked.data.jobId : "";
    google.switches.text = "```markdown\nSnow fell.\n\n<script>alert(1)</script>\n```";
    await work(id);
    expect(await jobOf(id)).toMatchObject({ status: "COMPLETED", kind: "BLOG" });
    const taken = await window.run(() => takeDraft({ id }));
    expect(taken).toEqual({ ok: true, data: { text: "Snow fell.\n\n<script>alert(1)</script>\n" } });
    const text = taken.ok ? taken.data.text : "";
    // What a model writes is shown as what people write is: HTML in it is text.
    expect(renderToStaticMarkup(createElement(MarkdownView, { text, level: 3 }))).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    const { updatedAt } = await db().blogPost.findUniqueOrThrow({ where: { id: postId } });
    const written = { id: postId, title: "A door", excerpt: "", language: "en", tags: "", updatedAt: updatedAt.toISOString() };
    const save = (content: string) => window.run(() => savePost({ ...written, content }));
    expect([await save(`Mine.\n\n${text}`), await save(`Mine too.\n\n${text}`)]).toMatchObject([
      { ok: true },
      { error: { code: "conflict" } },
    ]);
    // A post has no chapters, and a book no text of its own.
    expect(await window.run(() => addDraft({ id }))).toMatchObject({ error: { code: "not_found" } });
  });

  test.each([
    ["no quota", { next: [429] }, "generator_quota"],
    ["words that are refused", { refuses: "prompt" as const }, "generator_refused"],
    ["a text that is refused", { refuses: "result" as const }, "generator_refused"],
    ["no text at all", { text: " " }, "result_missing"],
    ["a text that no chapter may hold", { text: "a\u0000b" }, "result_wrong"],
  ])("%s ends the job with the reason, and can be tried again", async (_, switches, error) => {
    const id = await draft();
    Object.assign(google.switches, switches);
    await work(id);
    expect(await jobOf(id)).toMatchObject({ status: "FAILED", error });
    expect(await shown({ bookId })).toMatchObject([{ job: { status: "FAILED", error }, file: null }]);
    google.calm();
    expect(await window.run(() => retryJob({ id }))).toMatchObject({ ok: true });
    await work(id);
    expect(await jobOf(id)).toMatchObject({ status: "COMPLETED", attempt: 2 });
  });

  test("a 503 and a cut answer pass; what a crash left at its place is taken, and nothing is asked twice", async () => {
    const id = await draft();
    google.switches.next = [503, -1];
    for (let tries = 0; tries < 2; tries++) await expect(work(id)).rejects.toThrow();
    const { files } = await jobOf(id);
    await arrive(files[0]?.uploadKey ?? "", Buffer.from("There already.\n"), "text/markdown");
    google.calm();
    await work(id);
    expect([(await jobOf(id)).status, google.requests.length]).toEqual(["COMPLETED", 0]);
    expect(await window.run(() => addDraft({ id }))).toMatchObject({ ok: true, data: { title: "The evening it was lit" } });
  });

  test("cancelled while the model writes, they never arrive; under way they are not deleted, and with the book they go", async () => {
    const id = await draft();
    expect(await window.run(() => deleteDraft({ id }))).toMatchObject({ error: { code: "conflict" } });
    // The double never answers: nobody waits for it.
    google.switches.meanwhile = () => window.run(() => cancelJob({ id })).then(() => new Promise(() => undefined));
    await work(id);
    expect([await jobOf(id), google.requests.length]).toMatchObject([{ status: "CANCELLED", files: [{ status: "DELETING" }] }, 1]);
    expect((await storage().list(`${ada.id}/`)).keys).toEqual([]);
    google.calm();
    const other = await draft();
    await work(other);
    expect(await window.run(() => deleteBook({ id: bookId }))).toMatchObject({ ok: true });
    expect(await db().job.count({ where: { ownerId: ada.id } })).toBe(0);
    expect(await db().file.count({ where: { ownerId: ada.id, status: { not: "DELETING" } } })).toBe(0);
  });

  test("are their author's alone: nobody else reads, takes or deletes them, whoever the book is shared with", async () => {
    const id = await draft();
    await work(id);
    const organization = await db().organization.create({ data: { name: "Choir", members: { create: [{ userId: ada.id }] } } });
    await window.run(() => exportBook({ id: bookId, format: "MARKDOWN" }));
    expect(await window.run(() => shareBook({ id: bookId, organizationId: organization.id }))).toMatchObject({ ok: true });
    const files = await db().file.findMany({ where: { ownerId: ada.id }, orderBy: { createdAt: "asc" } });
    expect(files.map(({ organizationId }) => organizationId)).toEqual([null, organization.id]);
    for (const other of [await person(), await admin()]) {
      const stranger = await signedIn(other);
      const tried = [
        await stranger.run(() => draftChapter({ id: bookId, prompt: "Mine" })),
        await stranger.run(() => addDraft({ id })),
        await stranger.run(() => takeDraft({ id })),
        await stranger.run(() => deleteDraft({ id })),
      ];
      expect(tried.map((result) => !result.ok && result.error.code)).toEqual(Array(4).fill("not_found"));
      expect(await stranger.run(async () => listDrafts(await enter(), { bookId }))).toEqual([]);
    }
    expect((await (await signedIn(await person())).fetch(jobRoute, "/api/x", { params: { id } })).status).toBe(404);
  });

  test("are asked for only where there is a key, in words", async () => {
    expect(await window.run(() => draftChapter({ id: bookId, prompt: " " }))).toMatchObject({
      error: { fields: { prompt: expect.any(String) } },
    });
    const { GEMINI_API_KEY } = env();
    env().GEMINI_API_KEY = undefined;
    const refused = await window.run(() => draftChapter({ id: bookId, prompt: "Snow" }));
    env().GEMINI_API_KEY = GEMINI_API_KEY;
    expect(refused).toMatchObject({ error: { code: "conflict", message: expect.stringContaining("no model is connected") } });
    expect(await db().job.count({ where: { ownerId: ada.id } })).toBe(0);
  });

  test.each([
    ["# The *lit* doorway #\n\nSnow.", { title: "The lit doorway", content: "Snow." }],
    ["Snow.\n\n# Later", { title: "Words", content: "Snow.\n\n# Later" }],
    ["#\n\nSnow.", { title: "Words", content: "Snow." }],
    [`# ${"𝒂".repeat(300)}`, { title: "𝒂".repeat(100), content: "" }],
  ])("%$: a draft is a chapter with a title of its own or of its prompt", (text, chapter) => {
    expect(chapterOf(text, "\u202eWords\nand more")).toEqual(chapter);
  });
});
