import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { GET } from "@/app/api/avatars/[owner]/[hash]/route";
import { sweepDeletions } from "@/features/account-deletion/changes";
import { openArchive } from "@/features/data-exports/archive";
import { confirmUpload, deleteFile, removeAvatar, requestUpload } from "@/features/files/actions";
import { sweepFiles } from "@/features/files/leftovers";
import { fileHistory, listFiles } from "@/features/files/queries";
import { updateProfile } from "@/features/profiles/actions";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { hostile } from "./support/hostile";
import { png } from "./support/made";
import { admin, person } from "./support/people";
import { asVisitor, type Browser, browser, signedIn } from "./support/request";

const send = (url: string, init: RequestInit = {}) => handleStorageRequest(new Request(new URL(url, "http://members.example.org"), init));
const imageOf = async ({ id }: { id: string }) => (await db().user.findUniqueOrThrow({ where: { id }, select: { image: true } })).image;
const filesOf = ({ id }: { id: string }, status: "READY" | "DELETING" | "PENDING" = "READY") =>
  db().file.findMany({ where: { ownerId: id, kind: "AVATAR", status } });
const keysOf = async ({ id }: { id: string }) => (await storage().list(`${id}/`)).keys;
const audits = ({ id }: { id: string }) =>
  db().auditEvent.findMany({
    where: { actorId: id, subjectType: "User", action: { startsWith: "user.avatar" } },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });

/** A picture of one colour that a camera has written into: where it was, and whose it is. */
function photo(colour = "#c2410c", width = 900, height = 600): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .withExif({ IFD0: { Copyright: "Whose it is" }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "45/1 45/1 0/1" } })
    .jpeg()
    .toBuffer();
}

async function sent(window: Browser, bytes: Buffer, contentType = "image/jpeg"): Promise<string> {
  const asked = await window.run(() => requestUpload({ name: "me", sizeBytes: bytes.byteLength, contentType, use: "avatar" }));
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  const { id, url, method, headers } = asked.data;
  expect((await send(url, { method, headers, body: new Uint8Array(bytes) })).status).toBe(200);
  return id;
}

async function wear(window: Browser, bytes?: Buffer): Promise<string> {
  const id = await sent(window, bytes ?? (await photo()));
  expect(await window.run(() => confirmUpload({ id }))).toEqual({ ok: true, data: { id } });
  return id;
}

function look(window: Browser, address: string | null, headers: Record<string, string> = {}): Promise<Response> {
  const [, , , owner = "", hash = ""] = (address ?? "").split("/");
  return window.fetch(GET, `/api/avatars/${owner}/${hash}`, { params: { owner, hash }, headers });
}

describe("a person's picture", () => {
  test("is drawn anew, small and square, with nothing left of the file it came as, and stands wherever the person does at once", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await wear(window);
    const image = await imageOf(owner);
    expect(image).toMatch(new RegExp(`^/api/avatars/${owner.id}/[0-9a-f]{40}$`));
    // Heard of by the next request of a session that began before.
    expect((await window.run(currentEntry))?.actor.image).toBe(image);
    const [row] = await filesOf(owner);
    expect(row).toMatchObject({ id, name: "avatar.webp", contentType: "image/webp", width: 512, height: 512 });
    expect(row?.key.endsWith(image?.split("/").pop() ?? "none")).toBe(true);
    expect(await keysOf(owner)).toEqual([row?.key]);
    const answer = await look(window, image);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "webp", width: 512, height: 512 });
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    expect(row?.sizeBytes).toBe(BigInt(bytes.byteLength));
    expect((await window.run(async () => listFiles(await enter()))).files).toEqual([]);
    expect(await audits(owner)).toMatchObject([{ action: "user.avatar_changed", subjectId: owner.id, before: null, after: null }]);
  });

  test("is shown to everybody who is signed in, may be kept for ever, and is nobody else's to see", async () => {
    const owner = await person();
    await wear(await signedIn(owner));
    const image = await imageOf(owner);
    const other = await signedIn(await person());
    const answer = await look(other, image);
    expect([answer.status, ...["content-type", "x-content-type-options", "cache-control"].map((name) => answer.headers.get(name))]).toEqual(
      [200, "image/webp", "nosniff", "private, max-age=31536000, immutable"],
    );
    const known = await look(other, image, { "if-none-match": answer.headers.get("etag") ?? "" });
    expect([known.status, await known.text()]).toEqual([304, ""]);
    expect((await look(browser(), image)).status).toBe(401);
    expect((await look(await signedIn(await person({ complete: false })), image)).status).toBe(403);
    const { id } = await db().file.findFirstOrThrow({ where: { ownerId: owner.id, kind: "AVATAR", status: "READY" } });
    const told = (by: Browser) => by.run(async () => fileHistory(await enter("read", "File"), id));
    expect([await told(other), (await told(await signedIn(owner)))?.id]).toEqual([null, id]);
    const hash = image?.split("/").pop();
    for (const wrong of [
      `/api/avatars/${randomUUID()}/${hash}`,
      `/api/avatars/${owner.id}/${"0".repeat(40)}`,
      `/api/avatars/${owner.id}/%`,
    ])
      expect((await look(other, wrong, { "if-none-match": answer.headers.get("etag") ?? "" })).status, wrong).toBe(404);
  });

  test("gives way to the next one, whose predecessor's row and bytes go; the same one again keeps its address", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    await wear(window, await photo("#c2410c"));
    const first = await imageOf(owner);
    await wear(window, await photo("#155e75"));
    expect(await imageOf(owner)).not.toBe(first);
    expect((await look(window, first)).status).toBe(404);
    await wear(window, await photo("#c2410c"));
    expect(await imageOf(owner)).toBe(first);
    const [row, ...others] = await filesOf(owner);
    expect([others, await keysOf(owner)]).toEqual([[], [row?.key]]);
    await db().file.updateMany({ where: { ownerId: owner.id }, data: { uploadExpiresAt: new Date(Date.now() - 3_600_000) } });
    await sweepFiles();
    expect(await db().file.count({ where: { ownerId: owner.id } })).toBe(1);
    expect((await look(window, first)).status).toBe(200);
  });

  test("is one, of twenty that are confirmed at once", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const ids = [];
    for (let n = 0; n < 20; n++) ids.push(await sent(window, await photo(`hsl(${n * 18}, 60%, 40%)`, 60, 60)));
    const answers = await Promise.all(ids.map((id) => window.run(() => confirmUpload({ id }))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(20);
    const [row, ...others] = await filesOf(owner);
    expect([others, await keysOf(owner)]).toEqual([[], [row?.key]]);
    expect(await imageOf(owner)).toBe(`/api/avatars/${owner.id}/${row?.key.slice(-40)}`);
    expect((await look(window, await imageOf(owner))).status).toBe(200);
  });

  test("confirmed twenty times at once, is taken once", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await sent(window, await photo());
    await Promise.all(Array.from({ length: 20 }, () => window.run(() => confirmUpload({ id }))));
    const [row, ...others] = await filesOf(owner);
    expect([row?.id, others, await filesOf(owner, "DELETING")]).toEqual([id, [], []]);
    expect((await look(window, await imageOf(owner))).status).toBe(200);
    expect(await audits(owner)).toHaveLength(1);
  });

  test("gives way, taken away, to the one that a provider gave, which is taken away the next time", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const given = "https://img.example.org/1.png";
    await db().user.update({ where: { id: owner.id }, data: { image: given } });
    await wear(window);
    const id = await wear(window);
    expect(await imageOf(owner)).toMatch(/^\/api\/avatars\//);
    expect(await window.run(() => deleteFile({ id }))).toMatchObject({ ok: true });
    expect(await imageOf(owner)).toBe(given);
    await wear(window);
    for (const left of [given, null]) {
      expect(await window.run(() => removeAvatar({}))).toMatchObject({ ok: true });
      expect(await imageOf(owner)).toBe(left);
    }
    expect(await db().user.findUnique({ where: { id: owner.id }, select: { providerImage: true } })).toEqual({ providerImage: null });
  });

  test("is taken away, one that a provider gave too, and the initials are left", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    await wear(window);
    const image = await imageOf(owner);
    expect(await window.run(() => removeAvatar({}))).toMatchObject({ ok: true });
    expect([await imageOf(owner), await filesOf(owner), await keysOf(owner)]).toEqual([null, [], []]);
    expect((await look(window, image)).status).toBe(404);
    await db().user.update({ where: { id: owner.id }, data: { image: "https://img.example.org/1.png" } });
    expect(await window.run(() => removeAvatar({}))).toMatchObject({ ok: true });
    expect(await imageOf(owner)).toBeNull();
    expect((await audits(owner)).map(({ action }) => action)).toEqual([
      "user.avatar_changed",
      "user.avatar_removed",
      "user.avatar_removed",
    ]);
  });

  test("deleted as a file, by an admin too, is nobody's face any more", async () => {
    const owner = await person();
    const id = await wear(await signedIn(owner));
    expect(await (await signedIn(await person())).run(() => deleteFile({ id }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await imageOf(owner)).not.toBeNull();
    expect(await (await signedIn(await admin())).run(() => deleteFile({ id }))).toMatchObject({ ok: true });
    expect([await imageOf(owner), await keysOf(owner)]).toEqual([null, []]);
  });

  test("is in the person's own archive, and goes with the account", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    await wear(window);
    const [image, key] = [await imageOf(owner), (await filesOf(owner))[0]?.key];
    const { totalBytes, stream } = await openArchive(owner.id, () => undefined);
    stream.destroy();
    expect(BigInt(totalBytes)).toBe((await filesOf(owner))[0]?.sizeBytes);
    await db().user.update({ where: { id: owner.id }, data: { deleteAfter: new Date() } });
    expect(await sweepDeletions()).toBe(1);
    await db().file.updateMany({ where: { ownerId: owner.id }, data: { uploadExpiresAt: new Date(Date.now() - 3_600_000) } });
    await sweepFiles();
    expect([await imageOf(owner), await storage().head(key ?? ""), await keysOf(owner)]).toEqual([null, null, []]);
    expect((await look(await signedIn(await person()), image)).status).toBe(404);
  });
});

describe("what is refused as a picture", () => {
  const html = Buffer.from("<!doctype html><script>alert(1)</script>");
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');

  test.each([
    ["SVG", "me.svg", "image/svg+xml", 500],
    ["HTML", "me.html", "text/html", 500],
    ["a PDF", "me.pdf", "application/pdf", 500],
    ["a text", "me.txt", "text/plain", 500],
  ])("%s by its own name, before a byte is sent", async (_, name, contentType, sizeBytes) => {
    const owner = await person();
    const answer = await (await signedIn(owner)).run(() => requestUpload({ name, contentType, sizeBytes, use: "avatar" }));
    expect(answer).toMatchObject({ ok: false, error: { code: "invalid", message: expect.stringContaining("JPEG") } });
    expect(await db().file.count({ where: { ownerId: owner.id } })).toBe(0);
  });

  test("one of more than two megabytes, before a byte is sent", async () => {
    const window = await signedIn(await person());
    const ask = (sizeBytes: number) =>
      window.run(() => requestUpload({ name: "me.png", contentType: "image/png", sizeBytes, use: "avatar" }));
    expect(await ask(2_000_001)).toMatchObject({ ok: false, error: { code: "too_large", message: expect.stringContaining("2 MB") } });
    expect(await ask(2_000_000)).toMatchObject({ ok: true });
  });

  const flood = async () => {
    const bytes = Buffer.from(await png());
    bytes.writeUInt32BE(50_000, 16);
    bytes.writeUInt32BE(50_000, 20);
    return bytes;
  };
  test.each<[string, () => Promise<Buffer> | Buffer]>([
    ["HTML that calls itself one", () => html],
    ["SVG that calls itself one", () => svg],
    ["a picture that a ZIP is glued to", async () => Buffer.concat([await png(), Buffer.from("PK\x05\x06"), Buffer.alloc(18)])],
    ["a picture with a page in it", async () => Buffer.concat([(await png()).subarray(0, 60), html])],
    ["a picture of 2,500 million pixels", flood],
    ["a picture without its end", async () => (await png(300, 300)).subarray(0, 90)],
    ["a JPEG under the name of a PNG", () => photo()],
  ])("%s, and the one there was stays", async (_, bytes) => {
    const owner = await person({ image: "https://img.example.org/1.png" });
    const window = await signedIn(owner);
    const id = await sent(window, await bytes(), "image/png");
    expect(await window.run(() => confirmUpload({ id }))).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect([await imageOf(owner), await filesOf(owner), await keysOf(owner)]).toEqual(["https://img.example.org/1.png", [], []]);
    expect(await db().auditEvent.count({ where: { subjectId: id, action: "file.refused" } })).toBe(1);
  });

  test("what nobody may send: a visitor, somebody else, or in a shape that was not asked for", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const valid = { name: "me.png", sizeBytes: 500, contentType: "image/png", use: "avatar" };
    for (const { name, input } of hostile(valid, { optional: ["use"], free: ["contentType", "name"] }))
      expect(await window.run(() => requestUpload(input as never)), name).toMatchObject({ ok: false });
    expect(await asVisitor({}, () => removeAvatar({}))).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    expect(await window.run(() => removeAvatar({ id: owner.id } as never))).toMatchObject({ ok: false, error: { code: "invalid" } });
    const id = await sent(window, await photo());
    const stranger = await signedIn(await person());
    expect(await stranger.run(() => confirmUpload({ id }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    const profile = { name: "Ada Okafor", city: "Lyon", interests: "choir", bio: "Here." };
    expect(await window.run(() => updateProfile({ ...profile, image: "/api/avatars/x/y" } as never))).toMatchObject({ ok: false });
    expect(await imageOf(owner)).toBeNull();
  });
});
