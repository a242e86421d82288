import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { NextIntlClientProvider } from "next-intl";
import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import sharp from "sharp";
import { beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { enter } from "@/access/door";
import { RequestItem } from "@/features/studio/gallery/request-item";
import { bundledImages } from "@/features/studio/generators/bundled-images";
import { composePicture, encoded, type Picture } from "@/features/studio/generators/picture";
import { deleteImageGeneration, deleteImages, generateImages } from "@/features/studio/images/actions";
import { SIZES } from "@/features/studio/images/limits";
import { listImages } from "@/features/studio/images/queries";
import { type generateImagesSchema, IMAGES_PAGE_SIZE } from "@/features/studio/images/schema";
import { listInputPictures } from "@/features/studio/inputs/queries";
import { cancelJob } from "@/features/studio/jobs/actions";
import { JobCard } from "@/features/studio/jobs/job-card";
import messages from "@/i18n/messages/en.json";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { cursorSchema } from "@/lib/keyset";
import { storage } from "@/storage";
import { admin, file, person } from "./support/people";
import { as, asVisitor, type Browser, signedIn } from "./support/request";
import { arrive, imageJob, pictureOf, step, work } from "./support/studio";

const ASKED = { prompt: "A lit doorway", numImages: 2, size: "512x512", format: "PNG" } as const;
const GONE = { status: "DELETING", uploadExpiresAt: new Date() } as const;
let ada: Awaited<ReturnType<typeof person>>;
let window: Browser;
beforeEach(async () => {
  ada = await person();
  window = await signedIn(ada);
});

type Asked = z.input<typeof generateImagesSchema>;
const ask = (input: Asked | FormData = ASKED, by = window) => by.run(() => generateImages(input));
async function asked(input?: Asked): Promise<{ id: string; jobId: string }> {
  const result = await ask(input);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.data;
}
const listed = (by = window) => by.run(async () => (await listImages(await enter("read", "ImageGeneration"))).generations);
const bytesOf = async (key: string, size: number | bigint) => Buffer.from((await storage().readRange(key, 0, Number(size) - 1)) ?? []);

describe("asking for pictures", () => {
  test("makes the row, its job and a place for each, and the worker fills them as they were asked for", async () => {
    const { id, jobId } = await asked({ ...ASKED, numImages: 4, size: "864x1536", format: "WEBP", style: "calm", quality: "hd" });
    expect(await db().imageGeneration.findUniqueOrThrow({ where: { id } })).toMatchObject({
      authorId: ada.id,
      status: "PENDING",
      model: "foyer-demonstration",
      storageProvider: "LOCAL",
      organizationId: null,
    });
    await work(jobId);
    const made = await db().imageGeneration.findUniqueOrThrow({ where: { id }, include: { images: { include: { file: true } } } });
    expect(made).toMatchObject({ status: "COMPLETED", progress: 100 });
    expect(made.images.map(({ filename }) => filename).sort()).toEqual([1, 2, 3, 4].map((index) => `a-lit-doorway-${index}.webp`));
    for (const { s3Key, fileSize, file: row, ...image } of made.images) {
      expect(image).toMatchObject({ format: "WEBP", width: 864, height: 1536, aspectRatio: "9:16", metadata: { demonstration: true } });
      expect(row).toMatchObject({ ownerId: ada.id, status: "READY", kind: "IMAGE", contentType: "image/webp" });
      expect(await sharp(await bytesOf(s3Key, fileSize)).metadata()).toMatchObject({ format: "webp", width: 864, height: 1536 });
    }
    expect(new Set(made.images.map(({ fileSize }) => fileSize)).size).toBeGreaterThan(1);
    expect(await db().auditEvent.count({ where: { actorId: ada.id, action: "job.created", subjectId: jobId } })).toBe(1);
  });

  test("begins with a picture of one's own, and with nobody else's, nor with a file that is none", async () => {
    const mine = await pictureOf(ada);
    const { id, jobId } = await asked({ ...ASKED, numImages: 1, inputImageId: mine.id });
    expect(await db().imageGeneration.findUniqueOrThrow({ where: { id } })).toMatchObject({ inputImageUrl: `/api/files/${mine.id}` });
    await work(jobId);
    expect(await db().imageFile.count({ where: { generationId: id } })).toBe(1);
    const others = [await pictureOf(await person()), await file(ada), await pictureOf(ada, GONE)];
    for (const { id: inputImageId } of others)
      expect(await ask({ ...ASKED, inputImageId })).toMatchObject({ ok: false, error: { fields: { inputImageId: expect.any(String) } } });
    expect(await window.run(async () => listInputPictures(await enter()))).toContainEqual({ id: mine.id, name: "mine.png" });
  });

  test("whose picture is gone by then fails with a reason, and gives the room back", async () => {
    const mine = await pictureOf(ada);
    const { id, jobId } = await asked({ ...ASKED, inputImageId: mine.id });
    await db().file.update({ where: { id: mine.id }, data: GONE });
    await work(jobId);
    expect(await db().imageGeneration.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: "FAILED", error: "input_missing" });
    expect(await db().file.count({ where: { ownerId: ada.id, status: "PENDING" } })).toBe(0);
  });

  test.each([
    ["no prompt", { ...ASKED, prompt: "  " }],
    ["a prompt with NUL", { ...ASKED, prompt: "a\0b" }],
    ["a prompt too long", { ...ASKED, prompt: "x".repeat(4001) }],
    ["five pictures", { ...ASKED, numImages: 5 }],
    ["none", { ...ASKED, numImages: 0 }],
    ["half a picture", { ...ASKED, numImages: 1.5 }],
    ["a size that is not offered", { ...ASKED, size: "50000x50000" }],
    ["SVG", { ...ASKED, format: "SVG" }],
    ["a foreign address to begin with", { ...ASKED, inputImageId: "http://169.254.169.254/" }],
    ["a field that does not belong", { ...ASKED, inputImageUrl: "http://169.254.169.254/" }],
  ])("refuses %s", async (_, input) => {
    expect(await ask(input as never)).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect(await db().imageGeneration.count({ where: { authorId: ada.id } })).toBe(0);
  });

  test("takes a form's fields, all of them text", async () => {
    const form = new FormData();
    const fields = { ...ASKED, numImages: "3", style: "", quality: "standard", inputImageId: "" };
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    expect(await ask(form)).toMatchObject({ ok: true });
    expect(await db().imageGeneration.findFirstOrThrow({ where: { authorId: ada.id } })).toMatchObject({ numImages: 3, style: null });
  });

  test("stops at ten under way, and where there is no room left", async () => {
    for (let index = 0; index < 10; index++) await asked({ ...ASKED, numImages: 1 });
    expect(await ask()).toMatchObject({ ok: false, error: { code: "conflict" } });
    const bo = await person();
    await file(bo, { sizeBytes: env().QUOTA_BYTES - 10 });
    expect(await ask(ASKED, await signedIn(bo))).toMatchObject({ ok: false, error: { code: "too_large" } });
  });

  test("is nothing for a visitor or an unfinished profile", async () => {
    expect(await asVisitor({}, () => generateImages(ASKED))).toMatchObject({ error: { code: "unauthenticated" } });
    expect(await as(await person({ complete: false }), () => generateImages(ASKED))).toMatchObject({ ok: false });
  });
});

describe("what Foyer composes", () => {
  const picture = { prompt: "Fox", style: null, index: 0, width: 256, height: 192 };
  const bytes = async (given: Partial<Picture> = {}) => encoded(await composePicture({ ...picture, ...given }), "PNG", "standard");

  test("is the same for the same words, and another for other words, another style and each index", async () => {
    expect((await bytes()).equals(await bytes())).toBe(true);
    const others = await Promise.all(
      [{ prompt: "Hare" }, { style: "sketch" }, { style: "vivid" }, { index: 1 }].map((given) => bytes(given)),
    );
    expect(new Set([await bytes(), ...others].map((one) => one.toString("base64"))).size).toBe(5);
  });

  test.each([
    ["markup", `</span><span foreground="red">& <svg onload=alert(1)> &amp; "'`],
    ["an unclosed tag", "<b"],
    ["scripts that turn", "ab\u202eفحص 日本語 🦊"],
    ["nothing that shows", "\u200b\u2028"],
    ["one endless word", "x".repeat(4000)],
  ])("shows %s as words", async (_, prompt) => {
    expect(await sharp(await bytes({ prompt })).metadata()).toMatchObject({ format: "png", width: 256, height: 192 });
  });

  test("says in its own data that it is a demonstration, and is drawn in every size offered", async () => {
    const { exif } = await sharp(await bytes()).metadata();
    expect(exif?.toString("latin1")).toContain("demonstration");
    for (const size of SIZES.slice(1, 4)) {
      const [width, height] = size.split("x").map(Number) as [number, number];
      const made = await encoded(await composePicture({ ...picture, width, height }), "JPEG", "hd");
      expect(await sharp(made).metadata()).toMatchObject({ format: "jpeg", width, height });
    }
  });
});

test("killed between the upload and the taking, it makes no picture twice and leaves nothing behind", async () => {
  const { id, jobId } = await asked({ ...ASKED, numImages: 3 });
  const [first] = await db().file.findMany({ where: { jobId }, orderBy: { jobIndex: "asc" } });
  const made = await encoded(
    await composePicture({ prompt: ASKED.prompt, style: null, index: 0, width: 512, height: 512 }),
    "PNG",
    "standard",
  );
  await arrive(first?.uploadKey ?? "", made);
  await db().job.update({ where: { id: jobId }, data: { status: "PROCESSING", progress: 60 } });
  await work(jobId);
  expect(await db().imageFile.count({ where: { generationId: id } })).toBe(3);
  expect(await db().job.findUniqueOrThrow({ where: { id: jobId } })).toMatchObject({ status: "COMPLETED" });
  expect((await storage().list(`${ada.id}/`)).keys).toHaveLength(3);
});

test("cancelled midway, it keeps what has arrived and makes no more", async () => {
  const { id, jobId } = await asked({ ...ASKED, numImages: 3 });
  let seen = 0;
  await step(jobId, {
    step: async (given, signal) => {
      const [place] = given.places;
      const result = await bundledImages.step({ ...given, places: place ? [place] : [] }, signal);
      seen++;
      await window.run(() => cancelJob({ id: jobId }));
      await bundledImages.step({ ...given, places: given.places.slice(1) }, signal);
      return result;
    },
  });
  expect(seen).toBe(1);
  expect(await db().imageFile.count({ where: { generationId: id } })).toBe(1);
  expect(await db().imageGeneration.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: "CANCELLED" });
});

describe("the list", () => {
  test("has one's own requests alone, newest first, each page where the one before ended, with as many queries for many as for few", async () => {
    await imageJob(await signedIn(await person()));
    const rows = Array.from({ length: IMAGES_PAGE_SIZE + 2 }, (_, index) => ({
      prompt: `${index}`,
      model: "test",
      authorId: ada.id,
      storageProvider: "LOCAL" as const,
      createdAt: new Date(1_700_000_000_000 + (index >> 1)),
    }));
    await db().imageGeneration.createMany({ data: rows });
    const [first, second] = await window.run(async () => {
      const entry = await enter("read", "ImageGeneration");
      const one = await listImages(entry);
      return [one, await listImages(entry, cursorSchema.parse(one.next))];
    });
    const prompts = [...first.generations, ...second.generations].map(({ prompt }) => prompt);
    expect([first.generations.length, second.next]).toEqual([IMAGES_PAGE_SIZE, null]);
    expect(prompts.length).toBe(new Set(prompts).size);
    expect(new Set(prompts)).toEqual(new Set(rows.map(({ prompt }) => prompt)));
  });

  test("shows the pictures that are there by addresses of this site, and hands out no URL of one that nobody has opened", async () => {
    const { jobId } = await asked();
    await work(jobId);
    const [generation] = await listed();
    expect(generation?.job).toMatchObject({ id: jobId, status: "COMPLETED" });
    expect(generation?.images).toHaveLength(2);
    for (const { preview } of generation?.images ?? []) expect(preview).toMatch(/^\/api\/files\/[0-9a-f-]{36}\/preview$/);
    await db().file.updateMany({ where: { jobId }, data: { status: "DELETING" } });
    expect((await listed())[0]?.images).toEqual([]);
  });

  test("of somebody else's there is nothing in it, an admin's neither", async () => {
    await asked();
    for (const other of [await person(), await admin()]) expect(await listed(await signedIn(other))).toEqual([]);
  });
});

describe("deleting", () => {
  test("pictures go with their files, and the request with its last one", async () => {
    const { id, jobId } = await asked();
    await work(jobId);
    const [generation] = await listed();
    const ids = generation?.images.map(({ fileId }) => fileId) ?? [];
    expect(await window.run(() => deleteImages({ ids: ids.slice(0, 1) }))).toMatchObject({ ok: true });
    expect((await listed())[0]?.images).toHaveLength(1);
    expect(await window.run(() => deleteImages({ ids: ids.slice(1) }))).toMatchObject({ ok: true });
    expect(await listed()).toEqual([]);
    expect(await db().file.count({ where: { ownerId: ada.id, status: "READY" } })).toBe(0);
    expect(await db().auditEvent.count({ where: { action: "generation.deleted", subjectId: id } })).toBe(2);
  });

  test("a request under way is cancelled first", async () => {
    const { id, jobId } = await asked();
    expect(await window.run(() => deleteImageGeneration({ id }))).toMatchObject({ error: { code: "conflict" } });
    await window.run(() => cancelJob({ id: jobId }));
    expect(await window.run(() => deleteImageGeneration({ id }))).toMatchObject({ ok: true });
    expect(await db().job.count({ where: { id: jobId } })).toBe(0);
  });

  test("is not for strangers, not in part, and not for visitors", async () => {
    const { id, jobId } = await asked();
    await work(jobId);
    const [mine] = (await listed())[0]?.images ?? [];
    const bo = await signedIn(await person());
    const ids = [mine?.fileId ?? ""];
    expect(await bo.run(() => deleteImages({ ids }))).toMatchObject({ error: { code: "not_found" } });
    expect(await bo.run(() => deleteImageGeneration({ id }))).toMatchObject({ error: { code: "not_found" } });
    expect(await window.run(() => deleteImages({ ids: [...ids, id] }))).toMatchObject({ error: { code: "not_found" } });
    expect(await window.run(() => deleteImages({ ids: [] }))).toMatchObject({ error: { code: "invalid" } });
    expect(await asVisitor({}, () => deleteImageGeneration({ id }))).toMatchObject({ error: { code: "unauthenticated" } });
    expect(await as(await admin(), () => deleteImageGeneration({ id }))).toMatchObject({ ok: true });
    expect(await db().file.count({ where: { ownerId: ada.id, status: "READY" } })).toBe(0);
  });
});

describe("a request that was cancelled", () => {
  const job = {
    id: "01990000-0000-7000-8000-000000000001",
    status: "CANCELLED",
    step: null,
    progress: 0,
    error: null,
    attempt: 1,
  } as const;
  const { kept, nothingKept } = messages.jobs;
  const said = (item: ReactNode) => {
    const router = { refresh: () => undefined } as never;
    const inEnglish = { locale: "en" as const, timeZone: "UTC", messages, children: item };
    const page = createElement(AppRouterContext.Provider, { value: router }, createElement(NextIntlClientProvider, inEnglish));
    const html = renderToStaticMarkup(page);
    return [kept, nothingKept].filter((words) => html.includes(words));
  };

  test.each([
    ["some", [kept]],
    ["none", [nothingKept]],
    ["unknown", []],
  ] as const)("of which there are %s results says that much", (results, words) => {
    expect(said(createElement(JobCard, { job, what: "A lit doorway", results }))).toEqual(words);
  });

  test("says what of it stays by what there is, whatever is shown of that", async () => {
    const request = {
      id: job.id,
      prompt: "A lit doorway",
      createdAt: new Date(),
      facts: [],
      job,
      remove: deleteImageGeneration,
      share: null,
    };
    for (const children of [null, false, []])
      expect(said(await window.run(() => RequestItem({ ...request, hasResults: false, children })))).toEqual([nothingKept]);
  });
});
