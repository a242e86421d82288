import { Readable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { lockRoom } from "@/access/room";
import * as blog from "@/app/api/blog/route";
import * as bookExport from "@/app/api/books/[id]/export/route";
import * as bookFormat from "@/app/api/books/[id]/format/route";
import * as book from "@/app/api/books/[id]/route";
import * as books from "@/app/api/books/route";
import * as chapter from "@/app/api/chapters/[id]/route";
import * as chapters from "@/app/api/chapters/route";
import { listOwnAudit } from "@/features/audit/queries";
import { issueDownload } from "@/features/files/changes";
import { getUsage } from "@/features/files/queries";
import { deletePost } from "@/features/studio/blog/actions";
import { MAX_POSTS } from "@/features/studio/blog/schema";
import {
  addChapter,
  createBook,
  deleteBook,
  deleteChapter,
  exportBook,
  moveChapter,
  saveChapter,
  updateBook,
} from "@/features/studio/books/actions";
import { findBook, getChapter } from "@/features/studio/books/queries";
import { bookAnswerSchema, booksAnswerSchema, chapterAnswerSchema, MAX_BOOKS, MAX_CHAPTERS } from "@/features/studio/books/schema";
import { MAX_CONTENT_LENGTH } from "@/features/studio/documents/limits";
import { formatsAnswerSchema } from "@/features/studio/documents/schema";
import { bundledDocuments } from "@/features/studio/generators/bundled-documents";
import { complete, fail, report } from "@/features/studio/jobs/results";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { storage } from "@/storage";
import { admin, file, person } from "./support/people";
import { as, asVisitor, type Browser, redirectOf, signedIn } from "./support/request";
import { step } from "./support/studio";

const ABOUT = { title: "The lit doorway", description: "About houses.", language: "en" };

async function newBook(window: Browser, titles: string[] = []): Promise<{ id: string; chapterIds: string[] }> {
  const id = (await redirectOf(window.run(() => createBook(ABOUT)))).replace("/studio/books/", "");
  const chapterIds: string[] = [];
  for (const title of titles) {
    const target = await redirectOf(window.run(() => addChapter({ bookId: id, title, content: `# ${title}\n\nText.` })));
    chapterIds.push(new URL(target, "http://x").searchParams.get("chapter") ?? "");
  }
  return { id, chapterIds };
}
const orderOf = async (bookId: string) => {
  const rows = await db().chapter.findMany({ where: { bookId }, orderBy: { position: "asc" } });
  expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index));
  return rows.map(({ title }) => title);
};
const chapterOf = (id: string) => db().chapter.findUniqueOrThrow({ where: { id } });
const json = (body: unknown, params?: Record<string, string>) => ({
  method: "POST",
  body: JSON.stringify(body),
  ...(params && { params }),
});

describe("a book and its chapters", () => {
  test("are made, changed, put in order and deleted by their author, and each act is remembered without a word of theirs", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const { id, chapterIds } = await newBook(window, ["One", "Two", "Three"]);
    const [one = "", , three = ""] = chapterIds;
    expect(await window.run(() => updateBook({ id, ...ABOUT, title: "Another" }))).toMatchObject({ ok: true });
    expect(await window.run(() => moveChapter({ id: three, position: 0 }))).toMatchObject({ ok: true });
    expect(await orderOf(id)).toEqual(["Three", "One", "Two"]);
    expect(await window.run(() => moveChapter({ id: three, position: 99 }))).toMatchObject({ ok: true });
    expect(await orderOf(id)).toEqual(["One", "Two", "Three"]);
    expect(await window.run(() => deleteChapter({ id: one }))).toMatchObject({ ok: true });
    expect(await orderOf(id)).toEqual(["Two", "Three"]);
    expect(await window.run(() => deleteBook({ id }))).toMatchObject({ ok: true });
    expect(await db().chapter.count({ where: { bookId: id } })).toBe(0);
    const rows = await db().auditEvent.findMany({ where: { actorId: ada.id }, orderBy: { id: "asc" } });
    expect(new Set(rows.map(({ action }) => action))).toEqual(
      new Set(["book.created", "chapter.created", "book.changed", "chapter.moved", "chapter.deleted", "book.deleted"]),
    );
    expect(JSON.stringify(rows)).not.toMatch(/doorway|Another|Three/);
  });

  test("whoever writes over what was changed meanwhile is told, keeps what they typed, and nothing is lost; a move is no change of the text", async () => {
    const window = await signedIn(await person());
    const { chapterIds } = await newBook(window, ["One", "Two"]);
    const [id = ""] = chapterIds;
    const updatedAt = (await chapterOf(id)).updatedAt.toISOString();
    await window.run(() => moveChapter({ id, position: 1 }));
    const first = await window.run(() => saveChapter({ id, title: "One", content: "  first\n", updatedAt }));
    expect(first).toMatchObject({ ok: true });
    // Sent again because its answer was lost.
    expect(await window.run(() => saveChapter({ id, title: "One", content: "  first\n", updatedAt }))).toEqual(first);
    const form = new FormData();
    for (const [name, value] of Object.entries({ id, title: "One", content: "second", updatedAt })) form.set(name, value);
    const second = await window.run(() => saveChapter(form));
    expect(second).toMatchObject({ ok: false, error: { code: "conflict" }, values: { content: "second" } });
    expect((await chapterOf(id)).content).toBe("  first\n");
    const now = first.ok ? first.data.updatedAt : "";
    // What was just sent is not sent back.
    const { length } = window.revalidated;
    expect(await window.run(() => saveChapter({ id, title: "One", content: "second", updatedAt: now }))).toMatchObject({ ok: true });
    expect(window.revalidated).toHaveLength(length);
  });

  test("are not there for a stranger who deletes them, who takes nobody's turn and waits for none", async () => {
    const [author, stranger] = [await person(), await person()];
    const { id } = await newBook(await signedIn(author));
    const post = await db().blogPost.create({ data: { title: "A door", authorId: author.id } });
    await db().$transaction(async (tx) => {
      await lockRoom(tx, author.id);
      for (const act of [() => deleteBook({ id }), () => deletePost({ id: post.id })])
        expect(await as(stranger, act)).toMatchObject({ error: { code: "not_found" } });
    });
  });

  test("that an admin reads one is remembered once a sitting, which its author sees, and not where from; their own reading leaves nothing", async () => {
    const [ada, boss, other] = [await person({ name: "Ada Moreau" }), await signedIn(await admin()), await person()];
    const window = await signedIn(ada);
    const { id, chapterIds } = await newBook(window, ["One"]);
    const [chapter = ""] = chapterIds;
    const read = async (by: Browser) =>
      by.run(async () => [await findBook(await enter(), id), await getChapter(await enter(), chapter)]).catch(() => null);
    const told = async (by: Browser) => {
      const { events } = await by.run(async () => listOwnAudit(await enter()));
      return events.filter(({ action }) => action === "content.read_by_admin");
    };
    await read(window);
    expect(await told(window)).toEqual([]);
    for (const _ of [1, 2]) expect((await read(boss))?.[0]).toMatchObject({ author: "Ada Moreau", isOwn: false });
    expect(await told(window)).toMatchObject([
      { subject: "Ada Moreau", actor: null, after: { type: "Book", id }, ip: null, browser: null },
    ]);
    expect(await told(boss)).toMatchObject([{ subject: "Ada Moreau", ip: "203.0.113.7" }]);
    const stranger = await signedIn(other);
    expect([await read(stranger), await told(stranger)]).toEqual([null, []]);
  });

  test("writing is remembered once in ten minutes, by whom and from where; a save from elsewhere, and every other change, each time", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const { chapterIds } = await newBook(window, ["One"]);
    const [id = ""] = chapterIds;
    const save = async (content: string, userAgent = "vitest") => {
      const updatedAt = (await chapterOf(id)).updatedAt.toISOString();
      const saved = await window.run(() => saveChapter({ id, title: "One", content, updatedAt }), { headers: { "user-agent": userAgent } });
      expect(saved).toMatchObject({ ok: true });
      expect((await chapterOf(id)).content).toBe(content);
    };
    const acts = async () => {
      const rows = await db().auditEvent.findMany({ where: { actorId: ada.id, subjectId: id }, orderBy: { id: "asc" } });
      return rows.map(({ action, userAgent }) => `${action} ${userAgent}`);
    };
    for (const content of ["a", "b", "c"]) await save(content);
    await save("d", "another");
    await save("e");
    for (const position of [0, 0]) await window.run(() => moveChapter({ id, position }));
    const first = ["chapter.created vitest", "chapter.changed vitest", "chapter.changed another"];
    expect(await acts()).toEqual([...first, "chapter.moved vitest", "chapter.moved vitest"]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
    try {
      await save("f");
      await save("g");
    } finally {
      vi.useRealTimers();
    }
    expect((await acts()).slice(5)).toEqual(["chapter.changed vitest"]);
  });

  test("twenty who add, move and delete at once leave no gap and no position twice", async () => {
    const window = await signedIn(await person());
    const { id, chapterIds } = await newBook(window, ["1", "2", "3", "4", "5", "6"]);
    const acts = Array.from({ length: 20 }, (_, index): Promise<unknown> => {
      const chapterId = chapterIds[index % 6] ?? "";
      if (index % 3 === 0) return window.run(() => addChapter({ bookId: id, title: `new ${index}` })).catch(() => undefined);
      return window.run(async () =>
        index % 3 === 1 ? moveChapter({ id: chapterId, position: index % 5 }) : deleteChapter({ id: chapterId }),
      );
    });
    await Promise.all(acts);
    await orderOf(id);
  });

  test("have their limits: of characters, and of chapters", async () => {
    const window = await signedIn(await person());
    const { id, chapterIds } = await newBook(window, ["One"]);
    const [chapterId = ""] = chapterIds;
    const updatedAt = (await chapterOf(chapterId)).updatedAt.toISOString();
    const save = (content: string) => window.run(() => saveChapter({ id: chapterId, title: "One", content, updatedAt }));
    expect(await save("é".repeat(MAX_CONTENT_LENGTH + 1))).toMatchObject({
      error: { code: "invalid", fields: { content: expect.any(String) } },
    });
    expect(await save("a\u0000b")).toMatchObject({ error: { code: "invalid" } });
    expect(await save("é".repeat(MAX_CONTENT_LENGTH))).toMatchObject({ ok: true });
    await db().chapter.createMany({
      data: Array.from({ length: MAX_CHAPTERS - 1 }, (_, index) => ({ bookId: id, position: index + 1, title: "x" })),
    });
    expect(await window.run(() => addChapter({ bookId: id, title: "too many" }))).toMatchObject({ error: { code: "conflict" } });
  });

  test("count in their author's room, down to the byte, whoever writes: of twenty at once only as many grow as there is room for", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const { id, chapterIds } = await newBook(window, ["One", "Two"]);
    const size = ["One", "Two"].reduce((sum, title) => sum + title.length + `# ${title}\n\nText.`.length, 0);
    expect(await db().book.findUniqueOrThrow({ where: { id } })).toMatchObject({ textBytes: BigInt(size) });
    expect((await window.run(async () => getUsage(await enter()))).usedBytes).toBe(size);
    await file(ada, { sizeBytes: env().QUOTA_BYTES - size - 3_500 });
    const asked = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? window.fetch(chapters.POST, "/api/chapters", json({ bookId: id, title: "x", content: "é".repeat(499) }))
        : window.fetch(blog.POST, "/api/blog", json({ title: "x", content: "é".repeat(499) })),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { status } of refused) expect([409, 413]).toContain(status);
    expect(refused.some(({ status }) => status === 413)).toBe(true);
    expect((await window.run(async () => getUsage(await enter()))).usedBytes).toBe(env().QUOTA_BYTES - 503);
    // Whoever has no room left may still shorten what is there, and move it.
    await db().file.updateMany({ where: { ownerId: ada.id }, data: { sizeBytes: env().QUOTA_BYTES } });
    const patch = (body: object) =>
      window.fetch(chapter.PATCH, "/api/x", { method: "PATCH", body: JSON.stringify(body), params: { id: chapterIds[0] ?? "" } });
    expect((await patch({ content: "a longer text than before" })).status).toBe(413);
    expect((await patch({ content: "short", position: 1 })).status).toBe(200);
    await db().book.delete({ where: { id } });
    await db().blogPost.deleteMany({ where: { authorId: ada.id } });
    expect((await window.run(async () => getUsage(await enter()))).usedBytes).toBe(env().QUOTA_BYTES);
  });

  test("are so many at most, of one person, also of twenty that are asked for at once", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    await db().book.createMany({ data: Array.from({ length: MAX_BOOKS - 2 }, () => ({ title: "x", authorId: ada.id })) });
    await db().blogPost.createMany({ data: Array.from({ length: MAX_POSTS }, () => ({ title: "x", authorId: ada.id })) });
    await Promise.all(Array.from({ length: 20 }, () => window.fetch(books.POST, "/api/books", json({ title: "x" }))));
    expect(await db().book.count({ where: { authorId: ada.id } })).toBe(MAX_BOOKS);
    for (const [handler, address] of [
      [books.POST, "/api/books"],
      [blog.POST, "/api/blog"],
    ] as const) {
      const answer = await window.fetch(handler, address, json({ title: "x" }));
      expect([answer.status, (await answer.json()).error.message]).toEqual([409, expect.stringContaining("which is the most")]);
    }
  });

  test("are not there for a stranger, readable and deletable but not writable for an admin, and shut to a visitor", async () => {
    const { id, chapterIds } = await newBook(await signedIn(await person()), ["One"]);
    const [chapterId = ""] = chapterIds;
    const updatedAt = new Date().toISOString();
    const acts: (() => Promise<unknown>)[] = [
      () => updateBook({ id, ...ABOUT }),
      () => exportBook({ id, format: "EPUB" }),
      () => addChapter({ bookId: id, title: "x" }),
      () => saveChapter({ id: chapterId, title: "x", content: "x", updatedAt }),
      () => moveChapter({ id: chapterId, position: 0 }),
      () => deleteChapter({ id: chapterId }),
    ];
    const [stranger, boss] = [await person(), await admin()];
    for (const act of [...acts, () => deleteBook({ id })]) {
      expect(await as(stranger, act)).toMatchObject({ error: { code: "not_found" } });
      expect(await asVisitor({}, act)).toMatchObject({ error: { code: "unauthenticated" } });
    }
    for (const act of acts) expect(await as(boss, act)).toMatchObject({ ok: false });
    expect(await as(stranger, () => createBook({ ...ABOUT, title: " " }))).toMatchObject({ error: { code: "invalid" } });
    const strange = await signedIn(stranger);
    for (const [handler, of] of [
      [book.GET, id],
      [book.PATCH, id],
      [book.DELETE, id],
      [bookExport.POST, id],
      [bookFormat.GET, id],
      [chapter.GET, chapterId],
      [chapter.PATCH, chapterId],
      [chapter.DELETE, chapterId],
    ] as const) {
      const method = handler === bookExport.POST ? "POST" : "GET";
      const body =
        handler === bookExport.POST
          ? { body: '{"format":"PDF"}' }
          : handler === book.PATCH || handler === chapter.PATCH
            ? { body: JSON.stringify({ title: "x" }) }
            : {};
      const init = { method: "body" in body ? (method === "GET" ? "PATCH" : method) : method, ...body, params: { id: of } };
      expect((await strange.fetch(handler, "/api/x", init)).status).toBe(404);
    }
    expect((await (await signedIn(boss)).fetch(book.GET, "/api/x", { params: { id } })).status).toBe(200);
    expect(await as(boss, () => deleteBook({ id }))).toMatchObject({ ok: true });
  });
});

test("the same by the API: books, chapters, formats, and a page after the other", async () => {
  const window = await signedIn(await person());
  const made = await window.fetch(books.POST, "/api/books", json({ title: "By hand" }));
  expect(made.status).toBe(201);
  const { id } = await made.json();
  expect((await window.fetch(books.POST, "/api/books", json({ title: "x", authorId: id }))).status).toBe(422);
  const added = await window.fetch(chapters.POST, "/api/chapters", json({ bookId: id, title: "One", content: "a\n".repeat(400_000) }));
  expect(added.status).toBe(201);
  const { id: chapterId, updatedAt } = await added.json();
  const patch = (body: object) =>
    window.fetch(chapter.PATCH, "/api/chapters/x", { method: "PATCH", body: JSON.stringify(body), params: { id: chapterId } });
  expect(await (await patch({ content: "new", updatedAt })).json()).toMatchObject({ content: "new", position: 0 });
  expect((await patch({ content: "late", updatedAt })).status).toBe(409);
  // Of a part that says the same nobody knows whether the rest was changed meanwhile.
  expect((await patch({ content: "new", updatedAt })).status).toBe(409);
  expect((await patch({ title: "One", content: "new", updatedAt })).status).toBe(200);
  expect((await patch({ position: -1 })).status).toBe(422);
  const read = await db().book.findUniqueOrThrow({ where: { id }, select: { updatedAt: true } });
  const about = async (description: string, rest = {}) => {
    const init = { method: "PATCH", body: JSON.stringify({ description, ...rest, ...read }), params: { id } };
    return (await window.fetch(book.PATCH, "/api/books/x", init)).status;
  };
  const rest = { title: "By hand", language: "en" };
  // The second time the answer to the first was lost; the third says otherwise than what was written, the fourth not all of it.
  expect([await about("Again", rest), await about("Again", rest), await about("Late", rest), await about("Again")]).toEqual([
    200, 200, 409, 409,
  ]);
  expect(await (await window.fetch(book.GET, "/api/books/x", { params: { id } })).json()).toMatchObject({
    isOwn: true,
    chapters: [{ title: "One" }],
  });
  expect(await (await window.fetch(bookFormat.GET, "/api/books/x/format", { params: { id } })).json()).toMatchObject({
    formats: [{ format: "EPUB", document: null, job: null }, {}, {}, {}, {}],
  });
  const answers = [
    [bookAnswerSchema, book.GET, id],
    [chapterAnswerSchema, chapter.GET, chapterId],
    [formatsAnswerSchema, bookFormat.GET, id],
    [booksAnswerSchema, books.GET, id],
  ] as const;
  for (const [schema, handler, of] of answers) schema.parse(await (await window.fetch(handler, "/api/x", { params: { id: of } })).json());
  await window.fetch(books.POST, "/api/books", json({ title: "Second" }));
  const { books: listed, next } = await (await window.fetch(books.GET, "/api/books")).json();
  expect(listed.map(({ title, chapters: count }: { title: string; chapters: number }) => [title, count])).toEqual([
    ["Second", 0],
    ["By hand", 1],
  ]);
  expect(next).toBe(null);
});

describe("an export", () => {
  test("is a job whose document is a file of the author's, the latest of its format, and gone with the book", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const { id } = await newBook(window, ["One", "Two"]);
    const started = await window.run(() => exportBook({ id, format: "EPUB" }));
    const jobId = started.ok ? started.data.jobId : "";
    const { updatedAt } = await db().book.findUniqueOrThrow({ where: { id } });
    await step(jobId, bundledDocuments);
    expect(await db().job.findUniqueOrThrow({ where: { id: jobId } })).toMatchObject({ status: "COMPLETED", kind: "BOOK", progress: 100 });
    // Whoever edits the book's details meanwhile has not lost them.
    expect(await db().book.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: "COMPLETED", updatedAt });
    const listed = async () => (await (await window.fetch(bookFormat.GET, "/api/x", { params: { id } })).json()).formats;
    const formats = await listed();
    formatsAnswerSchema.parse({ formats });
    expect(formats[0]).toMatchObject({
      format: "EPUB",
      document: { name: "The lit doorway.epub" },
      job: { id: jobId, status: "COMPLETED" },
    });
    const { url } = await window.run(async () => issueDownload(await enter(), formats[0].document.id, { disposition: "attachment" }));
    expect(url).toContain("/api/storage/");
    // Run again after a crash it makes nothing twice.
    await step(jobId, bundledDocuments);
    expect(await db().documentFile.count({ where: { bookId: id } })).toBe(1);
    const again = await window.run(() => exportBook({ id, format: "EPUB" }));
    const [before] = await listed();
    await step(before.job.id, bundledDocuments);
    const [after] = await listed();
    expect([before, after].map(({ job, document }) => [job.id, document.id === formats[0].document.id])).toEqual([
      [again.ok && again.data.jobId, true],
      [again.ok && again.data.jobId, false],
    ]);
    // Of the files that are still there.
    await db().file.update({ where: { id: after.document.id }, data: { status: "DELETING" } });
    expect((await listed())[0].document.id).toBe(formats[0].document.id);
    await window.run(() => exportBook({ id, format: "PDF" }));
    await window.run(() => deleteBook({ id }));
    expect(new Set((await db().file.findMany({ where: { ownerId: ada.id } })).map(({ status }) => status))).toEqual(new Set(["DELETING"]));
  });

  test("that is under way is no reason to wait for ever: beside it others are asked for, and the book is deleted", async () => {
    const window = await signedIn(await person());
    const { id } = await newBook(window, ["One"]);
    const asked = await Promise.all(["EPUB", "PDF", "DOCX", "HTML"].map((format) => window.run(() => exportBook({ id, format } as never))));
    const jobIds = asked.flatMap((answer) => (answer.ok ? [answer.data.jobId] : [])).sort();
    expect(jobIds).toHaveLength(4);
    const [first = "", last = ""] = [jobIds[0], jobIds.at(-1)];
    await fail({ id: last, attempt: 1 }, "generator_failed");
    await complete({ id: first, attempt: 1 });
    // The document that was asked for last says how it went, not the one that moved last.
    expect(await db().book.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: "FAILED", error: "generator_failed" });
    const reports = jobIds
      .slice(1, 3)
      .flatMap((jobId) => [10, 20, 30, 40, 50].map((progress) => report({ id: jobId, attempt: 1 }, { progress })));
    const more = window.run(() => exportBook({ id, format: "MARKDOWN" }));
    const answers = await Promise.all([more, window.run(() => deleteBook({ id })), ...reports]);
    expect(answers[1]).toMatchObject({ ok: true });
    expect(await db().job.count({ where: { id: { in: jobIds } } })).toBe(0);
  });

  test("that a crash ended after its bytes arrived takes those, and needs no book to be made again", async () => {
    const window = await signedIn(await person());
    const { id } = await newBook(window, ["One"]);
    const started = await window.run(() => exportBook({ id, format: "MARKDOWN" }));
    const jobId = started.ok ? started.data.jobId : "";
    const { uploadKey } = await db().file.findFirstOrThrow({ where: { jobId } });
    await storage().put(uploadKey ?? "", Readable.from([Buffer.from("# There already\n")]), {
      sizeBytes: 16,
      contentType: "text/markdown",
    });
    await step(jobId, bundledDocuments);
    const { key } = await db().file.findFirstOrThrow({ where: { jobId } });
    expect(Buffer.from((await storage().readRange(key, 0, 99)) ?? []).toString()).toBe("# There already\n");
  });

  test("of an unknown format is none, and eleven at once are one too many", async () => {
    const window = await signedIn(await person());
    const { id } = await newBook(window);
    // What no type lets through.
    expect(await window.run(() => exportBook({ id, format: "SVG" as "PDF" }))).toMatchObject({ error: { code: "invalid" } });
    for (let count = 0; count < 10; count++) expect(await window.run(() => exportBook({ id, format: "PDF" }))).toMatchObject({ ok: true });
    expect(await window.run(() => exportBook({ id, format: "PDF" }))).toMatchObject({ error: { code: "conflict" } });
  });
});
