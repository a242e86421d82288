import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { GET as preview } from "@/app/api/files/[id]/preview/route";
import { confirmUpload, deleteFile, removeCover, requestUpload, setCover } from "@/features/files/actions";
import { sweepFiles } from "@/features/files/leftovers";
import { makePreview } from "@/features/files/previews";
import { findPost } from "@/features/studio/blog/queries";
import { deleteBook } from "@/features/studio/books/actions";
import { findBook, listBooks } from "@/features/studio/books/queries";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { hostile } from "./support/hostile";
import { png } from "./support/made";
import { person } from "./support/people";
import { asVisitor, type Browser, signedIn } from "./support/request";

const send = (url: string, init: RequestInit = {}) => handleStorageRequest(new Request(new URL(url, "http://members.example.org"), init));
const bookOf = ({ id: authorId }: { id: string }, title = "The Weather") => db().book.create({ data: { authorId, title } });
const postOf = ({ id: authorId }: { id: string }) => db().blogPost.create({ data: { authorId, title: "On weather" } });
const keysOf = async ({ id }: { id: string }) => (await storage().list(`${id}/`)).keys;
const ready = ({ id }: { id: string }) => db().file.findMany({ where: { ownerId: id, kind: "COVER", status: "READY" } });

async function sent(window: Browser, bytes?: Buffer): Promise<string> {
  const body = bytes ?? (await png(300, 200));
  const asked = await window.run(() =>
    requestUpload({ name: "front.png", sizeBytes: body.byteLength, contentType: "image/png", use: "cover" }),
  );
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  const { id, url, method, headers } = asked.data;
  expect((await send(url, { method, headers, body: new Uint8Array(body) })).status).toBe(200);
  return id;
}

describe("a cover", () => {
  test("of a book stands tall and of a post wide, drawn anew, and is seen by whoever sees what it is the cover of", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const [book, post] = [await bookOf(owner), await postOf(owner)];
    const ids = [await sent(window), await sent(window)];
    expect(await window.run(() => setCover({ id: ids[0] ?? "", of: { bookId: book.id } }))).toMatchObject({ ok: true });
    expect(await window.run(() => setCover({ id: ids[1] ?? "", of: { blogPostId: post.id } }))).toMatchObject({ ok: true });
    const shapes = (await ready(owner)).map(({ id, name, contentType, width, height }) => ({ id, name, contentType, width, height }));
    const look = { name: "cover.webp", contentType: "image/webp" };
    expect(shapes).toHaveLength(2);
    expect(shapes).toContainEqual({ id: ids[0], ...look, width: 1600, height: 2400 });
    expect(shapes).toContainEqual({ id: ids[1], ...look, width: 1600, height: 900 });
    const shown = await window.run(async () => findBook(await enter(), book.id));
    const seenBy = async (as: Browser) => as.fetch(preview, shown?.coverUrl ?? "", { params: { id: ids[0] ?? "" } });
    const heightNow = async () => (await sharp(Buffer.from(await (await seenBy(window)).arrayBuffer())).metadata()).height;
    // As it is, until the worker has drawn it small.
    expect(await heightNow()).toBe(2400);
    await makePreview({ fileId: ids[0] ?? "" });
    expect(await heightNow()).toBe(640);
    expect((await window.run(async () => listBooks(await enter()))).books).toMatchObject([{ coverUrl: expect.any(String) }]);
    expect((await window.run(async () => findPost(await enter(), post.id)))?.coverUrl).toEqual(expect.any(String));
    // A page that was open before is not told that somebody changed the text meanwhile.
    expect((await db().book.findUniqueOrThrow({ where: { id: book.id } })).updatedAt).toEqual(book.updatedAt);
    const stranger = await signedIn(await person());
    expect(await stranger.run(async () => findBook(await enter(), book.id))).toBeNull();
    expect((await seenBy(stranger)).status).toBe(404);
    const ofPost = { params: { id: ids[1] ?? "" } };
    const answered = async (as: Browser) => (await as.fetch(preview, `/api/files/${ids[1]}/preview`, ofPost)).status;
    expect([await answered(window), await answered(stranger)]).toEqual([200, 404]);
  });

  test("gives way to the next one; of eight at once one stays, and the bytes of the others go", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id: bookId } = await bookOf(owner);
    const ids: string[] = [];
    for (let n = 0; n < 8; n++) ids.push(await sent(window, await png(20 + n, 30)));
    const answers = await Promise.all(ids.map((id) => window.run(() => setCover({ id, of: { bookId } }))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(8);
    const [row, ...others] = await ready(owner);
    expect([others, await keysOf(owner)]).toEqual([[], [row?.key]]);
    expect((await db().book.findUniqueOrThrow({ where: { id: bookId } })).coverId).toBe(row?.id);
  });

  test("is taken off, by the way of its book or as a file, and goes with its book, whoever deletes that", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id: bookId } = await bookOf(owner);
    const cover = async () => {
      const id = await sent(window);
      expect(await window.run(() => setCover({ id, of: { bookId } }))).toMatchObject({ ok: true });
      return id;
    };
    const coverId = async () => (await db().book.findUniqueOrThrow({ where: { id: bookId } })).coverId;
    await cover();
    for (let twice = 0; twice < 2; twice++) expect(await window.run(() => removeCover({ of: { bookId } }))).toMatchObject({ ok: true });
    expect([await coverId(), await keysOf(owner)]).toEqual([null, []]);
    const id = await cover();
    expect(await window.run(() => deleteFile({ id }))).toMatchObject({ ok: true });
    expect([await coverId(), await keysOf(owner)]).toEqual([null, []]);
    await cover();
    expect(await window.run(() => deleteBook({ id: bookId }))).toMatchObject({ ok: true });
    expect(await ready(owner)).toEqual([]);
    await db().file.updateMany({ where: { ownerId: owner.id }, data: { uploadExpiresAt: new Date(Date.now() - 3_600_000) } });
    await sweepFiles();
    expect([await keysOf(owner), await db().file.count({ where: { ownerId: owner.id } })]).toEqual([[], 0]);
  });

  test("is nobody else's to choose, and not of somebody else's book", async () => {
    const [owner, other] = [await person(), await person()];
    const [window, theirs] = [await signedIn(owner), await signedIn(other)];
    const { id: bookId } = await bookOf(owner);
    const { id: blogPostId } = await postOf(owner);
    const id = await sent(theirs);
    const of = { bookId };
    expect(await asVisitor({}, () => setCover({ id, of }))).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    expect(await window.run(() => setCover({ id, of }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    for (const wrong of [of, { blogPostId }, { bookId: randomUUID() }]) {
      expect(await theirs.run(() => setCover({ id, of: wrong }))).toMatchObject({ ok: false, error: { code: "not_found" } });
      expect(await theirs.run(() => removeCover({ of: wrong }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    }
    // Nor is anything drawn for it first: what was sent lies where it came.
    expect((await storage().list(`${other.id}/`)).keys).toHaveLength(1);
    // Nothing was decided by what was refused: it is a cover of what is one's own, and nothing else.
    expect(await theirs.run(() => confirmUpload({ id }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await theirs.run(async () => setCover({ id, of: { bookId: (await bookOf(other)).id } }))).toMatchObject({ ok: true });
    expect([(await ready(owner)).length, (await ready(other)).length]).toEqual([0, 1]);
    for (const { name, input } of hostile({ id, of }))
      expect(await window.run(() => setCover(input as never)), name).toMatchObject({ ok: false });
    for (const { name, input } of hostile({ of }))
      expect(await window.run(() => removeCover(input as never)), name).toMatchObject({ ok: false });
    expect(await window.run(() => setCover({ id, of: { bookId, blogPostId } } as never))).toMatchObject({ ok: false });
  });

  test("of more than five megabytes, or that is no picture, is refused, and the one there was stays", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id: bookId } = await bookOf(owner);
    const first = await sent(window);
    await window.run(() => setCover({ id: first, of: { bookId } }));
    const large = { name: "front.png", contentType: "image/png", use: "cover", sizeBytes: 5_000_001 } as const;
    expect(await window.run(() => requestUpload(large))).toMatchObject({ ok: false, error: { code: "too_large" } });
    const id = await sent(window, (await png(300, 300)).subarray(0, 90));
    expect(await window.run(() => setCover({ id, of: { bookId } }))).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect((await ready(owner)).map((row) => row.id)).toEqual([first]);
  });
});
