import { once } from "node:events";
import sharp from "sharp";
import { describe, expect, test, vi } from "vitest";
import { fromBuffer } from "yauzl";
import { isStillSignedIn } from "@/access/bearer";
import { enter } from "@/access/door";
import { settleFreshness } from "@/access/freshness";
import { GET as preview } from "@/app/api/files/[id]/preview/route";
import { GET as download } from "@/app/api/files/[id]/route";
import { GET as archive } from "@/app/api/files/archive/route";
import { GET as list } from "@/app/api/files/route";
import { confirmUpload, deleteFile, deleteFiles, requestUpload } from "@/features/files/actions";
import { makePreview } from "@/features/files/previews";
import { fileHistory, listFiles } from "@/features/files/queries";
import { removeObjects } from "@/features/files/removed-objects";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { StorageUnavailable } from "@/storage/storage";
import { admin, file, person } from "./support/people";
import { as, asVisitor, type Browser, browser, signedIn } from "./support/request";

const listed = async () => listFiles(await enter("read", "File"));
const send = (url: string, init: RequestInit = {}) =>
  handleStorageRequest(new Request(new URL(url, "http://members.example.org"), init), isStillSignedIn);

async function upload(window: Browser, name: string, contentType: string, body: Buffer): Promise<string> {
  const asked = await window.run(() => requestUpload({ name, sizeBytes: body.byteLength, contentType }));
  if (!asked.ok) throw new Error(asked.error.message);
  const { id, url, method, headers } = asked.data as { id: string; url: string; method: string; headers: Record<string, string> };
  await send(url, { method, headers, body: new Uint8Array(body) });
  expect(await window.run(() => confirmUpload({ id }))).toMatchObject({ ok: true });
  return id;
}

const photo = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#c2410c" } })
    .jpeg()
    .withExif({ IFD0: { Copyright: "a secret" } })
    .toBuffer();

describe("what /files lists", () => {
  test("is one's own, of one kind or of all; a person's picture and covers are none of it", async () => {
    const ada = await person();
    for (const kind of ["IMAGE", "VIDEO", "BOOK", "BLOG", "OTHER", "AVATAR", "COVER"] as const) await file(ada, { kind, name: kind });
    await file(await person(), { kind: "IMAGE" });
    const window = await signedIn(ada);
    const names = async (kind?: "IMAGE" | "BOOK") =>
      (await window.run(async () => listFiles(await enter("read", "File"), { kind }))).files.map(({ name }) => name);
    expect(await names()).toEqual(["OTHER", "BLOG", "BOOK", "VIDEO", "IMAGE"]);
    expect(await names("BOOK")).toEqual(["BOOK"]);
    expect((await window.fetch(list, "/api/files?kind=AVATAR")).status).toBe(422);
    expect(await (await window.fetch(list, "/api/files?kind=IMAGE")).json()).toMatchObject({ files: [{ name: "IMAGE" }], next: null });
  });

  test("a picture is shown small, without what was hidden in it; its preview goes with it", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const id = await upload(window, "photo.jpg", "image/jpeg", await photo(2_000, 1_000));
    const asked = (as: Browser, headers = {}) => as.fetch(preview, `/api/files/${id}/preview`, { params: { id }, headers });
    // None yet, and never the picture itself in its place.
    expect([(await asked(window)).status, (await window.run(listed)).files[0]?.previewUrl]).toEqual([204, null]);
    await makePreview({ fileId: id });
    await makePreview({ fileId: id });
    expect((await window.run(listed)).files[0]?.previewUrl).toBe(`/api/files/${id}/preview`);
    const answer = await asked(window);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const etag = answer.headers.get("etag") ?? "";
    expect(answer.headers.get("cache-control")).toMatch(/^private/);
    expect((await asked(window, { "if-none-match": etag })).status).toBe(304);
    // Nobody was handed a URL, so there is none to remember, and none that outlives what one may see.
    expect(await db().auditEvent.count({ where: { subjectId: id, action: "file.download_url_issued" } })).toBe(0);
    const boss = await signedIn(await admin());
    for (const other of [await signedIn(await person()), boss]) expect((await asked(other, { "if-none-match": etag })).status).toBe(404);
    expect((await asked(browser())).status).toBe(401);
    // Their own an admin sees as everybody does.
    const theirs = await upload(boss, "photo.jpg", "image/jpeg", await photo(200, 100));
    await makePreview({ fileId: theirs });
    expect((await boss.fetch(preview, `/api/files/${theirs}/preview`, { params: { id: theirs } })).status).toBe(200);
    const fellow = await person();
    const members = { create: [{ userId: ada.id, role: "OWNER" as const }, { userId: fellow.id }] };
    const { id: organizationId } = await db().organization.create({ data: { name: "Choir", members } });
    await db().file.update({ where: { id }, data: { organizationId } });
    expect((await asked(await signedIn(fellow))).status).toBe(200);
    await db().organizationMember.deleteMany({ where: { userId: fellow.id } });
    expect((await asked(await signedIn(fellow))).status).toBe(404);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "webp", width: 640, height: 320 });
    expect(bytes.includes("a secret")).toBe(false);
    const { previewKey } = await db().file.findUniqueOrThrow({ where: { id } });
    await window.run(() => deleteFile({ id }));
    await db().file.deleteMany({ where: { id } });
    await removeObjects([previewKey ?? ""]);
    expect(await storage().head(previewKey ?? "")).toBe(null);
  });

  test("a picture of 50,000 x 50,000 pixels, a broken one and one that is gone have no preview, and harm nobody", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    // 17 bytes say how large it is: no pixel of it is there.
    const bomb = Buffer.from(
      await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
        .png()
        .toBuffer(),
    );
    bomb.writeUInt32BE(50_000, 16);
    bomb.writeUInt32BE(50_000, 20);
    const id = await upload(window, "bomb.png", "image/png", bomb);
    await makePreview({ fileId: id });
    const gone = await file(ada, { kind: "IMAGE", contentType: "image/png" });
    await makePreview({ fileId: gone.id });
    expect(await db().file.count({ where: { ownerId: ada.id, previewKey: { not: null } } })).toBe(0);
  });
});

describe("many at once", () => {
  test("come as one ZIP archive, two of one name as two, and each is remembered", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const ids = [
      await upload(window, "note.txt", "text/plain", Buffer.from("one")),
      await upload(window, "note.txt", "text/plain", Buffer.from("two")),
    ];
    const answer = await window.fetch(archive, `/api/files/archive?ids=${ids.join(",")}`);
    expect(answer.headers.get("content-type")).toBe("application/zip");
    const zip = Buffer.from(await answer.arrayBuffer());
    const names: string[] = [];
    await new Promise<void>((done, fail) =>
      fromBuffer(zip, { lazyEntries: false }, (error, opened) => {
        if (error) return fail(error);
        opened.on("entry", ({ fileName }) => names.push(fileName));
        void once(opened, "end").then(() => done());
      }),
    );
    expect(names.sort()).toEqual(["note (2).txt", "note.txt"]);
    expect(zip.includes("one") && zip.includes("two")).toBe(true);
    for (const id of ids) expect(await db().auditEvent.count({ where: { subjectId: id, action: "file.download_url_issued" } })).toBe(1);
  });

  test("an archive under way breaks off where the store does, and where whoever asked is not signed in any more", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const ids = [
      await upload(window, "a.txt", "text/plain", Buffer.from("one")),
      await upload(window, "b.txt", "text/plain", Buffer.from("two")),
    ];
    const fetched = () => window.fetch(archive, `/api/files/archive?ids=${ids.join(",")}`);
    const read = vi.spyOn(storage(), "readRange").mockRejectedValueOnce(new StorageUnavailable("gone"));
    await expect((await fetched()).arrayBuffer()).rejects.toThrow("gone");
    read.mockImplementationOnce(async () => {
      await db().session.updateMany({ where: { userId: ada.id }, data: { endedAt: new Date() } });
      await settleFreshness();
      return Buffer.from("one");
    });
    await expect((await fetched()).arrayBuffer()).rejects.toMatchObject({ code: "unauthenticated" });
    read.mockRestore();
  });

  test("of others' files there is no archive and no deletion, for an admin neither, and none for a visitor", async () => {
    const mine = await file(await person());
    for (const by of [await person(), await admin()]) {
      const answer = await (await signedIn(by)).fetch(archive, `/api/files/archive?ids=${mine.id}`);
      expect(answer.status).toBe(404);
    }
    expect(await as(await person(), () => deleteFiles({ ids: [mine.id] }))).toEqual({ ok: true, data: { count: 0 } });
    expect(await asVisitor({}, () => deleteFiles({ ids: [mine.id] }))).toMatchObject({ error: { code: "unauthenticated" } });
    const window = await signedIn(await person());
    for (const ids of ["", "x", Array.from({ length: 101 }, () => mine.id).join(",")])
      expect((await window.fetch(archive, `/api/files/archive?ids=${ids}`)).status, ids.slice(0, 10)).toBe(422);
    expect(await db().file.count({ where: { id: mine.id, status: "READY" } })).toBe(1);
  });

  test("are deleted, and what is gone already is no error", async () => {
    const ada = await person();
    const [one, two] = [await file(ada), await file(ada)];
    const window = await signedIn(ada);
    await window.run(() => deleteFile({ id: two.id }));
    expect(await window.run(() => deleteFiles({ ids: [one.id, two.id, one.id] }))).toEqual({ ok: true, data: { count: 1 } });
    expect(await db().file.count({ where: { ownerId: ada.id, status: "READY" } })).toBe(0);
  });
});

describe("one file", () => {
  test("is looked at inline where that runs nothing, by a link of its own", async () => {
    const window = await signedIn(await person());
    const answered = async (name: string, contentType: string, bytes: Buffer) => {
      const id = await upload(window, name, contentType, bytes);
      const answer = await window.fetch(download, `/api/files/${id}?disposition=inline`, { params: { id } });
      return (await send(answer.headers.get("location") ?? "")).headers.get("content-disposition");
    };
    expect(await answered("photo.jpg", "image/jpeg", await photo(8, 8))).toMatch(/^inline/);
    // Markdown may hold HTML: it is never shown by itself.
    expect(await answered("notes.md", "text/markdown", Buffer.from("# Hello <b>you</b>"))).toMatch(/^attachment/);
  });

  test("shows its owner everybody who asked for it, those it is shared with what they did themselves, and a stranger nothing", async () => {
    const ada = await person();
    const mine = await file(ada);
    const boss = await signedIn(await admin());
    await boss.fetch(download, `/api/files/${mine.id}?reason=${encodeURIComponent("a complaint about it")}`, { params: { id: mine.id } });
    const history = (by: { id: string }) => as(by, async () => fileHistory(await enter("read", "File"), mine.id));
    expect((await history(ada))?.events).toMatchObject([{ action: "file.download_url_issued", after: { reason: "a complaint about it" } }]);
    expect(await history(await person())).toBe(null);
    const fellow = await person();
    const members = { create: [{ userId: ada.id, role: "OWNER" as const }, { userId: fellow.id }] };
    const { id: organizationId } = await db().organization.create({ data: { name: "Choir", members } });
    await db().file.update({ where: { id: mine.id }, data: { organizationId } });
    expect((await history(fellow))?.events).toEqual([]);
    await (await signedIn(fellow)).fetch(download, `/api/files/${mine.id}`, { params: { id: mine.id } });
    expect((await history(fellow))?.events).toMatchObject([{ actorId: fellow.id }]);
    expect((await history(ada))?.events).toHaveLength(2);
  });
});
