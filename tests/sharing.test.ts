import { randomUUID } from "node:crypto";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { NextIntlClientProvider } from "next-intl";
import { createElement, type ReactNode } from "react";
import { renderToReadableStream } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { Result } from "@/access/door";
import { enter } from "@/access/door";
import { accessibleBy } from "@/access/rules";
import { GET } from "@/app/api/files/[id]/route";
import { deleteFile, renameFile, shareFile } from "@/features/files/actions";
import { FileHistory } from "@/features/files/file-history";
import { fileHistory, listFiles, listSharedFiles } from "@/features/files/queries";
import { impersonate } from "@/features/impersonation/actions";
import { removeMember } from "@/features/organizations/actions";
import { savePost, sharePost } from "@/features/studio/blog/actions";
import { shareBook, updateBook } from "@/features/studio/books/actions";
import { Exports } from "@/features/studio/documents/exports";
import type { Generator } from "@/features/studio/generators/generator";
import { shareImages } from "@/features/studio/images/actions";
import { listSharedImages } from "@/features/studio/images/queries";
import { IMAGES_PAGE_SIZE } from "@/features/studio/images/schema";
import { cancelJob, retryJob } from "@/features/studio/jobs/changes";
import { takeResult } from "@/features/studio/jobs/results";
import { shareVideo } from "@/features/studio/videos/actions";
import { listSharedVideos } from "@/features/studio/videos/queries";
import messages from "@/i18n/messages/en.json";
import { db } from "@/lib/db";
import { cursorSchema } from "@/lib/keyset";
import { hostile } from "./support/hostile";
import { refusal } from "./support/mail-flows";
import { admin, file, person } from "./support/people";
import { as, asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";
import { arrive, imageJob, png, step } from "./support/studio";

/** As a server sends it. */
async function page(children: ReactNode): Promise<string> {
  // What of Next's own a link asks for; nobody clicks here.
  const router = { prefetch: () => undefined, push: () => undefined } as never;
  const inEnglish = createElement(NextIntlClientProvider, { locale: "en", timeZone: "UTC", messages, children });
  const stream = await renderToReadableStream(createElement(AppRouterContext.Provider, { value: router }, inEnglish));
  await stream.allReady;
  return new Response(stream).text();
}

type Person = Awaited<ReturnType<typeof person>>;
type Share = (input: { id: string; organizationId: string }) => Promise<Result<unknown>>;

async function organization(...people: Person[]) {
  const [owner, ...others] = people.map(({ id }) => id);
  const members = { create: [{ userId: owner ?? "", role: "OWNER" as const }, ...others.map((userId) => ({ userId }))] };
  return (await db().organization.create({ data: { name: "Choir", members } })).id;
}

/** One of everything that can be shared, of one person, each with a file that came of it. */
async function works(author: Person) {
  const authorId = author.id;
  const store = { model: "test", storageProvider: "LOCAL" as const };
  const images = await db().imageGeneration.create({ data: { prompt: "a door", authorId, ...store } });
  const video = await db().videoGeneration.create({ data: { prompt: "a door opens", authorId, ...store } });
  const book = await db().book.create({ data: { title: "Doors", authorId, chapters: { create: { position: 0, title: "One" } } } });
  const post = await db().blogPost.create({ data: { title: "A door", authorId } });
  const madeFor = async (kind: "IMAGE" | "VIDEO" | "BOOK" | "BLOG", purpose: object) => {
    const data = { kind, ownerId: authorId, generator: "BUNDLED" as const, deadlineAt: new Date(), ...purpose };
    const job = await db().job.create({ data });
    return (await file(author, { jobId: job.id, jobIndex: 0 })).id;
  };
  return [
    { what: "File", id: (await file(author)).id, share: shareFile, fileId: null },
    { what: "ImageGeneration", id: images.id, share: shareImages, fileId: await madeFor("IMAGE", { imageGenerationId: images.id }) },
    { what: "VideoGeneration", id: video.id, share: shareVideo, fileId: await madeFor("VIDEO", { videoGenerationId: video.id }) },
    { what: "Book", id: book.id, share: shareBook, fileId: await madeFor("BOOK", { bookId: book.id }) },
    { what: "BlogPost", id: post.id, share: sharePost, fileId: await madeFor("BLOG", { blogPostId: post.id }) },
  ] satisfies { what: string; id: string; share: Share; fileId: string | null }[];
}

/** Which of these somebody may read, by the rules as the database has them. */
function readable(window: Browser, made: Awaited<ReturnType<typeof works>>): Promise<boolean[]> {
  return window.run(async () => {
    const { ability } = await enter();
    const may = accessibleBy(ability);
    return Promise.all(
      made.map(async ({ what, id }) => {
        if (what === "File") return (await db().file.count({ where: { AND: [may.ofType("File"), { id }] } })) > 0;
        if (what === "ImageGeneration")
          return (await db().imageGeneration.count({ where: { AND: [may.ofType("ImageGeneration"), { id }] } })) > 0;
        if (what === "VideoGeneration")
          return (await db().videoGeneration.count({ where: { AND: [may.ofType("VideoGeneration"), { id }] } })) > 0;
        if (what === "BlogPost") return (await db().blogPost.count({ where: { AND: [may.ofType("BlogPost"), { id }] } })) > 0;
        const chapters = await db().chapter.count({ where: { AND: [may.ofType("Chapter"), { bookId: id }] } });
        return chapters > 0 && (await db().book.count({ where: { AND: [may.ofType("Book"), { id }] } })) > 0;
      }),
    );
  });
}

const download = async (window: Browser, id: string) => (await window.fetch(GET, `/api/files/${id}`, { params: { id } })).status;
const shared = (window: Browser, organizationId: string, cursor?: string, limit?: number) =>
  window.run(async () =>
    listSharedFiles(await enter("read", "File"), organizationId, cursor ? cursorSchema.parse(cursor) : undefined, limit),
  );
const ALL = [true, true, true, true, true];
const NONE = [false, false, false, false, false];

describe("sharing", () => {
  test("lets members of the organisation read and fetch it, each with the files that came of it, and a stranger gets 404 on each; taking back ends it", async () => {
    const [author, friend, stranger] = [await person(), await person(), await person()];
    const id = await organization(author, friend);
    await organization(stranger);
    const made = await works(author);
    const [owns, sees, looks] = [await signedIn(author), await signedIn(friend), await signedIn(stranger)];
    const fileIds = made.map((work) => work.fileId ?? work.id);
    const statuses = (window: Browser) => Promise.all(fileIds.map((fileId) => download(window, fileId)));
    expect([await readable(sees, made), await statuses(sees)]).toEqual([NONE, Array(5).fill(404)]);
    for (const work of made)
      expect(await owns.run(() => work.share({ id: work.id, organizationId: id })), work.what).toMatchObject({ ok: true });
    expect([await readable(sees, made), await statuses(sees)]).toEqual([ALL, Array(5).fill(302)]);
    expect([await readable(looks, made), await statuses(looks)]).toEqual([NONE, Array(5).fill(404)]);
    expect(await statuses(browser())).toEqual(Array(5).fill(401));
    // An admin of the site is no member: a reason is asked for.
    expect(await statuses(await signedIn(await admin()))).toEqual(Array(5).fill(422));
    const fetched = await db().auditEvent.findFirst({ where: { subjectId: fileIds[0] ?? "", action: "file.download_url_issued" } });
    expect(fetched).toMatchObject({ actorId: friend.id, after: { ownerId: author.id, reason: null } });
    const told = await db().auditEvent.findMany({
      where: { actorId: author.id, action: { in: ["file.shared", "content.shared"] } },
      orderBy: { id: "asc" },
    });
    expect(told.map(({ subjectType, after }) => [subjectType, after])).toEqual(made.map(({ what }) => [what, { organizationId: id }]));
    for (const work of made)
      expect(await owns.run(() => work.share({ id: work.id, organizationId: "" })), work.what).toMatchObject({ ok: true });
    expect([await readable(sees, made), await statuses(sees), await statuses(owns)]).toEqual([
      NONE,
      Array(5).fill(404),
      Array(5).fill(302),
    ]);
  });

  test("of what is written leads its readers to the documents made of it, and an admin who is none of them to where they say why", async () => {
    const [author, friend, boss] = [await person(), await person(), await admin()];
    const organizationId = await organization(author, friend);
    const { id } = await db().blogPost.create({ data: { title: "A door", authorId: author.id, organizationId } });
    const purpose = { kind: "BLOG" as const, blogPostId: id, params: { format: "PDF" } };
    const job = await db().job.create({ data: { ...purpose, ownerId: author.id, generator: "BUNDLED", deadlineAt: new Date() } });
    const made = await file(author, { jobId: job.id, jobIndex: 0, kind: "BLOG", organizationId });
    await db().documentFile.create({ data: { blogPostId: id, filename: made.name, s3Key: made.key, fileSize: 1, format: "PDF" } });
    const exports = (by: Person) =>
      as(by, async () => page(await Exports({ entry: await enter(), of: { blogPostId: id }, isOwn: by === author })));
    const { exportsLead, exportsLeadOfOthers } = messages.documents;
    for (const [by, says] of [
      [author, [exportsLead, `href="/api/files/${made.id}"`]],
      [friend, [exportsLeadOfOthers, `href="/api/files/${made.id}"`]],
      [boss, [exportsLeadOfOthers, `href="/files/${made.id}"`]],
    ] as const) {
      const shown = await exports(by);
      const all = [exportsLead, exportsLeadOfOthers, `href="/api/files/${made.id}"`, `href="/files/${made.id}"`];
      expect(all.filter((text) => shown.includes(text))).toEqual(says);
    }
    const filePage = (by: Person) =>
      as(by, async () => {
        const entry = await enter();
        const found = await fileHistory(entry, made.id);
        return found && page(await FileHistory({ entry, file: found }));
      });
    expect(await filePage(boss)).toContain(`action="/api/files/${made.id}"`);
    expect(await filePage(boss)).not.toContain(`href="/api/files/${made.id}"`);
    for (const by of [author, friend]) expect(await filePage(by)).toContain(`href="/api/files/${made.id}"`);
    expect(await filePage(await person())).toBe(null);
  });

  test("is for one's own things and one's own organisations: nobody else's are found, nor is anything that is no input of it", async () => {
    const [author, friend, stranger] = [await person(), await person(), await person()];
    const [id, theirs] = [await organization(author, friend), await organization(stranger)];
    const made = await works(author);
    const [owns, sees] = [await signedIn(author), await signedIn(friend)];
    for (const { what, id: work, share } of made) {
      const wrong = { code: "not_found" };
      expect(await refusal(asVisitor({}, () => share({ id: work, organizationId: id }))), what).toMatchObject({ code: "unauthenticated" });
      for (const organizationId of [theirs, randomUUID()])
        expect(await refusal(owns.run(() => share({ id: work, organizationId }))), what).toMatchObject(wrong);
      for (const organizationId of [id, ""]) {
        expect(await refusal(sees.run(() => share({ id: work, organizationId }))), what).toMatchObject(wrong);
        expect(await refusal(as(stranger, () => share({ id: work, organizationId }))), what).toMatchObject(wrong);
      }
      expect(await refusal(as(await admin(), () => share({ id: work, organizationId: "" }))), what).toMatchObject(wrong);
    }
    for (const share of [shareFile, shareBook])
      for (const { name, input } of hostile({ id: made[0]?.id, organizationId: id }))
        expect((await owns.run(() => share(input as never))).ok, name).toBe(false);
    expect(await readable(sees, made)).toEqual(NONE);
    // Who reads it changes nothing of it.
    const [first] = made;
    await owns.run(() => shareFile({ id: first?.id ?? "", organizationId: id }));
    for (const act of [
      () => renameFile({ id: first?.id ?? "", name: "mine.pdf" }),
      () => deleteFile({ id: first?.id ?? "" }),
      () => shareFile({ id: first?.id ?? "", organizationId: "" }),
    ])
      expect(["not_found", "forbidden"]).toContain(((await refusal(sees.run<Result<unknown>>(act))) as { code?: string })?.code);
  });

  test("results that are still to come follow, those of another try too, and so does taking it back", async () => {
    const [author, friend] = [await person(), await person()];
    const id = await organization(author, friend);
    const [owns, sees] = [await signedIn(author), await signedIn(friend)];
    const { jobId, generationId } = await imageJob(owns, 2);
    expect(await owns.run(() => shareImages({ id: generationId, organizationId: id }))).toMatchObject({ ok: true });
    const picture = () => Promise.resolve({ kind: "image", format: "PNG", width: 64, height: 48 } as const);
    const one: Generator = {
      async step({ places, ...attempt }) {
        await arrive(places[0]?.uploadKey ?? "", await png());
        await takeResult(attempt, places[0]?.index ?? 0, picture);
        return places.length > 1 ? { againInSeconds: 60 } : "done";
      },
    };
    await step(jobId, one);
    const { files } = await shared(sees, id);
    expect(files).toMatchObject([{ name: "picture-1.png", owner: { name: author.name, isOneself: false } }]);
    expect(await download(sees, files[0]?.id ?? "")).toBe(302);
    await owns.run(async () => cancelJob(await enter(), jobId));
    await owns.run(async () => retryJob(await enter(), jobId));
    const place = await db().file.findFirstOrThrow({ where: { jobId, status: "PENDING" } });
    expect(place.organizationId).toBe(id);
    expect(await download(sees, place.id)).toBe(404);
    await step(jobId, one);
    expect((await shared(sees, id)).files).toHaveLength(2);
    await owns.run(() => shareImages({ id: generationId, organizationId: "" }));
    expect((await shared(sees, id)).files).toEqual([]);
    expect(await db().file.count({ where: { jobId, organizationId: { not: null } } })).toBe(0);
  });
});

describe("whoever goes", () => {
  test("loses it at their next request, in a window that is open, and takes what they shared with them", async () => {
    const [author, friend, third] = [await person(), await person(), await person()];
    const id = await organization(third, author, friend);
    const made = await works(author);
    const [owns, sees] = [await signedIn(author), await signedIn(friend)];
    for (const work of made) await owns.run(() => work.share({ id: work.id, organizationId: id }));
    const own = await file(friend);
    await sees.run(() => shareFile({ id: own.id, organizationId: id }));
    expect([await readable(sees, made), await download(owns, own.id)]).toEqual([ALL, 302]);
    // Removed by the owner; of what they shared nothing stays behind.
    expect(await as(third, () => removeMember({ organizationId: id, userId: friend.id }))).toMatchObject({ ok: true });
    expect(await readable(sees, made)).toEqual(NONE);
    for (const work of made) expect(await download(sees, work.fileId ?? work.id)).toBe(404);
    expect((await shared(sees, id)).files).toEqual([]);
    expect([await download(owns, own.id), await download(sees, own.id)]).toEqual([404, 302]);
    expect(await readable(await signedIn(third), made)).toEqual(ALL);
    expect(await redirectOf(owns.run(() => removeMember({ organizationId: id, userId: author.id })))).toBe("/settings/organizations");
    expect(await readable(await signedIn(third), made)).toEqual(NONE);
    expect(await readable(owns, made)).toEqual(ALL);
    expect(await db().file.count({ where: { organizationId: id } })).toBe(0);
  });

  test("goes on writing where they were: that something is theirs alone again is nothing that was written meanwhile", async () => {
    const [owner, author] = [await person(), await person()];
    const organizationId = await organization(owner, author);
    const shared = { authorId: author.id, organizationId };
    const post = await db().blogPost.create({ data: { title: "A door", ...shared } });
    const book = await db().book.create({ data: { title: "Doors", ...shared } });
    const window = await signedIn(author);
    await window.run(() => removeMember({ organizationId, userId: author.id })).catch(() => undefined);
    const written = { title: "A door", excerpt: "", content: "It opens.", language: "en", tags: "" };
    const saved = await window.run(() => savePost({ id: post.id, ...written, updatedAt: post.updatedAt.toISOString() }));
    expect(saved).toMatchObject({ ok: true });
    expect(saved.ok && saved.data.updatedAt).not.toBe(post.updatedAt.toISOString());
    const about = { id: book.id, title: "Doors", description: "Many.", language: "en", updatedAt: book.updatedAt.toISOString() };
    expect(await window.run(() => updateBook(about))).toMatchObject({ ok: true });
    expect(await db().book.findUniqueOrThrow({ where: { id: book.id } })).toMatchObject({ description: "Many.", organizationId: null });
  });

  test("shares nothing on the way out: of sharing and going at once, nothing stays shared", async () => {
    const [owner, author] = [await person(), await person()];
    const id = await organization(owner, author);
    const made = await works(author);
    const acts = made.flatMap((work) =>
      Array.from({ length: 2 }, () => () => as(author, () => work.share({ id: work.id, organizationId: id }))),
    );
    acts.splice(3, 0, () => as(owner, () => removeMember({ organizationId: id, userId: author.id })) as never);
    await Promise.all(acts.map((act) => act()));
    const left = { where: { organizationId: id } };
    expect([await db().file.count(left), await db().imageGeneration.count(left), await db().book.count(left)]).toEqual([0, 0, 0]);
    expect([await db().videoGeneration.count(left), await db().blogPost.count(left)]).toEqual([0, 0]);
  });
});

test("the list is walked by its cursor, with one's own among it; of an organisation one does not belong to it is empty, an admin's too", async () => {
  const [author, friend] = [await person(), await person()];
  const id = await organization(author, friend);
  for (let index = 0; index < 5; index++) await file(author, { organizationId: id, createdAt: new Date(index) });
  await file(author);
  await file(author, { organizationId: id, status: "DELETING", uploadExpiresAt: new Date() });
  const own = await file(friend, { organizationId: id });
  const window = await signedIn(friend);
  const first = await shared(window, id, undefined, 4);
  const second = await shared(window, id, first.next ?? "", 4);
  expect([first.files.length, second.files.length, second.next]).toEqual([4, 2, null]);
  expect(first.files[0]).toMatchObject({ id: own.id, owner: { isOneself: true } });
  expect(JSON.stringify(first)).not.toContain(author.email);
  // Nor is what others share among one's own.
  expect((await window.run(async () => listFiles(await enter("read", "File")))).files.map((row) => row.id)).toEqual([own.id]);
  for (const somebody of [await person(), await admin()]) expect((await shared(await signedIn(somebody), id)).files).toEqual([]);
});

/** Pictures somebody asked for, and a film, with what came of them and who it is shared with. */
async function asked(author: Person, organizationId: string | null, createdAt = new Date()) {
  const given = { prompt: "a door", authorId: author.id, organizationId, createdAt, model: "test", storageProvider: "LOCAL" as const };
  const [picture, film] = [await file(author, { kind: "IMAGE", organizationId }), await file(author, { kind: "VIDEO", organizationId })];
  const shape = { width: 64, height: 48, aspectRatio: "4:3", fileSize: 1n };
  const image = { ...shape, filename: picture.name, s3Key: picture.key, format: "PNG" as const };
  const images = await db().imageGeneration.create({ data: { ...given, images: { create: image } } });
  const video = { ...shape, filename: film.name, s3Key: film.key, durationSeconds: 8, format: "MP4" as const };
  const videos = await db().videoGeneration.create({ data: { ...given, videos: { create: video } } });
  return { images, videos, picture, film };
}

test("images and videos others share stand beside one's own, with whose they are and what is shared of them, walked by the cursor; to a stranger and to an admin nothing is there", async () => {
  const [author, friend] = [await person(), await person()];
  const id = await organization(author, friend);
  for (let index = 0; index < IMAGES_PAGE_SIZE; index++) await asked(author, id, new Date(index));
  const own = await asked(friend, id);
  await asked(author, null);
  // Of one that is shared, a picture that was taken back; of one that is not, a picture that is: that lies in /files.
  await db().file.update({ where: { id: (await asked(author, id)).picture.id }, data: { organizationId: null } });
  await db().file.update({ where: { id: (await asked(author, null)).film.id }, data: { organizationId: id } });
  const window = await signedIn(friend);
  const cursorOf = (next: string | null) => (next ? cursorSchema.parse(next) : undefined);
  const images = (by: Browser, next: string | null = null) =>
    by.run(async () => listSharedImages(await enter("read", "ImageGeneration"), id, cursorOf(next)));
  const videos = (by: Browser, next: string | null = null) =>
    by.run(async () => listSharedVideos(await enter("read", "VideoGeneration"), id, cursorOf(next)));
  const [some, films] = [await images(window), await videos(window)];
  expect(some.generations[0]).toMatchObject({ id: own.images.id, author: { isOneself: true }, images: [{ fileId: own.picture.id }] });
  expect(some.generations[1]).toMatchObject({ prompt: "a door", author: { name: author.name, isOneself: false } });
  expect(films.generations[1]).toMatchObject({ id: own.videos.id, videos: [{ fileId: own.film.id, durationSeconds: 8 }] });
  expect(JSON.stringify([some, films])).not.toContain(author.email);
  const [rest, others] = [await images(window, some.next), await videos(window, films.next)];
  expect([some.generations.length, rest.generations.length, rest.next]).toEqual([IMAGES_PAGE_SIZE, 1, null]);
  expect([films.generations.length, others.generations.length, others.next]).toEqual([IMAGES_PAGE_SIZE, 2, null]);
  for (const somebody of [await signedIn(await person()), await signedIn(await admin())])
    expect([(await images(somebody)).generations, (await videos(somebody)).generations]).toEqual([[], []]);
  await expect(images(browser())).rejects.toThrow("NEXT_REDIRECT");
});

test("an admin who acts as a member sees what is shared with them, and shares only where they may change things", async () => {
  const [author, friend] = [await person(), await person()];
  const id = await organization(author, friend);
  const theirs = await file(author, { organizationId: id });
  const own = await file(friend);
  for (const write of [false, true]) {
    const boss = await admin({ mayImpersonateWrite: write });
    const window = await signedIn(boss);
    const reason = "They asked for help with a file.";
    await redirectOf(window.run(() => impersonate({ userId: friend.id, reason, ...(write && { write: "on" as const }) })));
    expect((await shared(window, id)).files.map((row) => row.id)).toEqual([theirs.id]);
    const answer = await window.run(() => shareFile({ id: own.id, organizationId: id }));
    expect(answer.ok).toBe(write);
  }
});
