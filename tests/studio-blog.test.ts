import { expect, test } from "vitest";
import * as postExport from "@/app/api/blog/[id]/export/route";
import * as postFormat from "@/app/api/blog/[id]/format/route";
import * as post from "@/app/api/blog/[id]/route";
import * as posts from "@/app/api/blog/route";
import { createPost, deletePost, exportPost, savePost } from "@/features/studio/blog/actions";
import { postAnswerSchema, postsAnswerSchema } from "@/features/studio/blog/schema";
import { bundledDocuments } from "@/features/studio/generators/bundled-documents";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { admin, person } from "./support/people";
import { as, asVisitor, type Browser, redirectOf, signedIn } from "./support/request";
import { step } from "./support/studio";

const WRITTEN = { title: "A post", excerpt: "In short.", content: "Text.\n", language: "en", tags: "Houses, light, houses" };

async function newPost(window: Browser): Promise<{ id: string; updatedAt: string }> {
  const id = (await redirectOf(window.run(() => createPost({ title: "A post" })))).replace("/studio/blog/", "");
  return { id, updatedAt: (await postOf(id)).updatedAt.toISOString() };
}
const postOf = (id: string) => db().blogPost.findUniqueOrThrow({ where: { id } });

test("a post is written, tagged and deleted by its author, and each act is remembered without a word of theirs", async () => {
  const ada = await person();
  const window = await signedIn(ada);
  const { id, updatedAt } = await newPost(window);
  expect(await window.run(() => savePost({ id, ...WRITTEN, updatedAt }))).toMatchObject({ ok: true });
  const saved = await postOf(id);
  expect(saved).toMatchObject({ content: "Text.\n", excerpt: "In short.", tags: ["houses", "light"] });
  // What was just sent is not sent back, unless something else on the page says it too.
  expect(window.revalidated).toEqual([]);
  const renamed = { id, ...WRITTEN, title: "Another post", updatedAt: saved.updatedAt.toISOString() };
  expect(await window.run(() => savePost(renamed))).toMatchObject({ ok: true });
  expect(window.revalidated).toEqual([`/studio/blog/${id}`]);
  expect(await window.run(() => deletePost({ id }))).toMatchObject({ ok: true });
  const rows = await db().auditEvent.findMany({ where: { actorId: ada.id }, orderBy: { id: "asc" } });
  expect(rows.map(({ action }) => action)).toEqual(["post.created", "post.changed", "post.deleted"]);
  expect(JSON.stringify(rows)).not.toMatch(/A post|Another|short|Text/);
});

test("what was changed meanwhile is not written over, by a second window or while a document is made", async () => {
  const window = await signedIn(await person());
  const { id, updatedAt } = await newPost(window);
  const started = await window.run(() => exportPost({ id, format: "HTML" }));
  await step(started.ok ? started.data.jobId : "", bundledDocuments);
  expect(await window.run(() => savePost({ id, ...WRITTEN, updatedAt }))).toMatchObject({ ok: true });
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...WRITTEN, id, updatedAt, content: "late" })) form.set(name, value);
  expect(await window.run(() => savePost(form))).toMatchObject({ error: { code: "conflict" }, values: { content: "late" } });
  expect((await postOf(id)).content).toBe("Text.\n");
});

test("a save whose answer was lost is no change of somebody else's: sent again it says when the post was saved, and changes nothing", async () => {
  const window = await signedIn(await person());
  const { id, updatedAt } = await newPost(window);
  const save = (given = {}) => window.run(() => savePost({ id, ...WRITTEN, updatedAt, ...given }));
  const first = await save();
  expect(first).toMatchObject({ ok: true });
  expect(await save()).toEqual(first);
  // Whether the page was told of a new title, nobody knows.
  expect(window.revalidated).toEqual([`/studio/blog/${id}`]);
  for (const given of [{ tags: "light, houses" }, { tags: "" }, { excerpt: "" }, { content: "Text" }, { language: "fr" }])
    expect(await save(given), JSON.stringify(given)).toMatchObject({ error: { code: "conflict" } });
  expect((await postOf(id)).updatedAt.toISOString()).toBe(first.ok && first.data.updatedAt);
});

test("bad input is said beside its field", async () => {
  const window = await signedIn(await person());
  const { id, updatedAt } = await newPost(window);
  const save = (given: Partial<typeof WRITTEN>) => window.run(() => savePost({ id, ...WRITTEN, updatedAt, ...given }));
  for (const [field, given] of Object.entries({
    title: { title: " " },
    excerpt: { excerpt: "x".repeat(501) },
    tags: { tags: Array.from({ length: 11 }, (_, index) => `tag${index}`).join() },
    language: { language: "Klingon" },
    content: { content: "a\u0007" },
  }))
    expect(await save(given), field).toMatchObject({ error: { code: "invalid", fields: { [field]: expect.any(String) } } });
});

test("a post is not there for a stranger, deletable but not writable for an admin, and shut to a visitor", async () => {
  const { id, updatedAt } = await newPost(await signedIn(await person()));
  const acts: (() => Promise<unknown>)[] = [() => savePost({ id, ...WRITTEN, updatedAt }), () => exportPost({ id, format: "PDF" })];
  const [stranger, boss] = [await person(), await admin()];
  for (const act of [...acts, () => deletePost({ id })]) {
    expect(await as(stranger, act)).toMatchObject({ error: { code: "not_found" } });
    expect(await asVisitor({}, act)).toMatchObject({ error: { code: "unauthenticated" } });
  }
  for (const act of acts) expect(await as(boss, act)).toMatchObject({ error: { code: "not_found" } });
  const strange = await signedIn(stranger);
  const params = { id };
  const answers = [
    strange.fetch(post.GET, "/api/blog/x", { params }),
    strange.fetch(post.PATCH, "/api/blog/x", { method: "PATCH", body: JSON.stringify({ title: "x" }), params }),
    strange.fetch(post.DELETE, "/api/blog/x", { method: "DELETE", params }),
    strange.fetch(postFormat.GET, "/api/blog/x/format", { params }),
    strange.fetch(postExport.POST, "/api/blog/x/export", { method: "POST", body: '{"format":"PDF"}', params }),
  ];
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(404);
  expect(await as(boss, () => deletePost({ id }))).toMatchObject({ ok: true });
});

test("the same by the API, and its document is a file of the author's", async () => {
  const window = await signedIn(await person());
  const body = JSON.stringify({ title: "By hand", content: "# Καλημέρα\n\nÉlève 👋", tags: ["a", "b"] });
  const made = await window.fetch(posts.POST, "/api/blog", { method: "POST", body });
  expect(made.status).toBe(201);
  const params = { id: (await made.json()).id };
  const read = await (await window.fetch(post.GET, "/api/blog/x", { params })).json();
  postAnswerSchema.parse(read);
  postsAnswerSchema.parse(await (await window.fetch(posts.GET, "/api/blog")).json());
  expect(read).toMatchObject({ title: "By hand", tags: ["a", "b"], isOwn: true });
  const patch = (change: object) => window.fetch(post.PATCH, "/api/blog/x", { method: "PATCH", body: JSON.stringify(change), params });
  expect(await (await patch({ excerpt: "new", updatedAt: read.updatedAt })).json()).toMatchObject({
    excerpt: "new",
    content: read.content,
  });
  expect((await patch({ excerpt: "late", updatedAt: read.updatedAt })).status).toBe(409);
  // Sent again, but not the whole of it: the rest may have been changed meanwhile.
  expect((await patch({ excerpt: "new", updatedAt: read.updatedAt })).status).toBe(409);
  expect((await patch({ authorId: params.id })).status).toBe(422);
  expect((await (await window.fetch(posts.GET, "/api/blog")).json()).posts).toMatchObject([{ title: "By hand" }]);
  const exported = await window.fetch(postExport.POST, "/api/blog/x/export", { method: "POST", body: '{"format":"MARKDOWN"}', params });
  expect(exported.status).toBe(202);
  const { jobId } = await exported.json();
  await step(jobId, bundledDocuments);
  const file = await db().file.findFirstOrThrow({ where: { jobId } });
  expect(file).toMatchObject({ status: "READY", kind: "BLOG", name: "By hand.md", contentType: "text/markdown" });
  expect(Buffer.from((await storage().readRange(file.key, 0, 999)) ?? []).toString()).toContain("new\n\n# Καλημέρα\n\nÉlève 👋\n");
});
