import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { confirmUpload, deleteFile, requestMultipart, requestUpload, resumeMultipart, signParts } from "@/features/files/actions";
import { sweepFiles } from "@/features/files/leftovers";
import { MULTIPART_ABOVE_BYTES } from "@/features/files/limits";
import { getUsage, listFiles, listUnfinished } from "@/features/files/queries";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { person } from "./support/people";
import { type Browser, browser, signedIn } from "./support/request";
import { type StoreUnderTest, startAzure } from "./support/storage";

// Read at the first use, which comes later.
process.env.QUOTA_BYTES = "1000";

const TEXT = "Minutes of the meeting, in parts.\n";
const PART_BYTES = 10;
const CHANGED_AT = Date.UTC(2026, 4, 1, 12);
const HOUR_MS = 3_600_000;

/** Asks for room for the text; its parts are small ones here, which no file is large enough for by itself. */
async function ask(window: Browser, text = TEXT): Promise<string> {
  const announced = { name: "minutes.txt", sizeBytes: text.length, contentType: "text/plain", changedAt: CHANGED_AT };
  const asked = await window.run(() => requestMultipart(announced));
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  await db().file.update({ where: { id: asked.data.id }, data: { partBytes: PART_BYTES } });
  return asked.data.id;
}
const bytesOf = (number: number, text = TEXT) => text.slice((number - 1) * PART_BYTES, number * PART_BYTES);
const sign = (window: Browser, id: string, numbers: number[]) => window.run(() => signParts({ id, numbers }));
async function send(window: Browser, id: string, numbers: number[], text = TEXT): Promise<number[]> {
  const signed = await sign(window, id, numbers);
  if (!signed.ok) throw new Error(JSON.stringify(signed.error));
  return Promise.all(signed.data.parts.map(({ number, url, headers }) => put(url, bytesOf(number, text), headers)));
}
async function put(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const init = { method: "PUT", headers, body: Buffer.from(body) };
  return (await (url.startsWith("/") ? handleStorageRequest(new Request(new URL(url, "http://x.example.org"), init)) : fetch(url, init)))
    .status;
}
const ALL = [1, 2, 3, 4];
const confirm = (window: Browser, id: string) => window.run(() => confirmUpload({ id }));
const rowOf = (id: string) => db().file.findUnique({ where: { id } });
const contentOf = async (id: string) =>
  Buffer.from((await storage().readRange((await rowOf(id))?.key ?? "", 0, 999)) ?? "absent").toString();
const uploadsOf = async (owner: { id: string }) => (await storage().multipart.list(`${owner.id}/`)).uploads;
const keysOf = async (owner: { id: string }) => (await storage().list(`${owner.id}/`)).keys;
const arrived = async (window: Browser, id: string) => window.run(() => resumeMultipart({ id }));
const outlive = (id: string, ms: number) => db().file.update({ where: { id }, data: { uploadExpiresAt: new Date(Date.now() - ms) } });

describe("a large file comes in parts", () => {
  test("and in no other way: one URL for all of it is refused, whoever asks for it, and nothing is kept of the question", async () => {
    const owner = await person();
    const whole = { name: "minutes.txt", sizeBytes: MULTIPART_ABOVE_BYTES + 1, contentType: "text/plain" };
    const asked = await (await signedIn(owner)).run(() => requestUpload(whole));
    expect(asked).toMatchObject({ ok: false, error: { code: "too_large", message: expect.stringContaining("in parts") } });
    expect(await db().file.count({ where: { ownerId: owner.id } })).toBe(0);
  });

  test("of which none is signed that the file does not have, and then nothing says that one was", async () => {
    const window = await signedIn(await person());
    const id = await ask(window);
    expect(await sign(window, id, [4, 5])).toMatchObject({ ok: false, error: { code: "invalid" } });
    // The one of the upload itself.
    expect(await db().auditEvent.count({ where: { subjectId: id, action: "file.upload_url_issued" } })).toBe(1);
  });

  test("and is shown once they are put together, whole, at a key that no URL names; each issue of URLs is in the log", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await ask(window);
    expect(await send(window, id, [4, 1])).toEqual([200, 200]);
    expect(await confirm(window, id)).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await send(window, id, [2, 3])).toEqual([200, 200]);
    expect(await keysOf(owner)).toEqual([]);
    expect(await confirm(window, id)).toEqual({ ok: true, data: { id } });
    expect([await contentOf(id), (await rowOf(id))?.status]).toEqual([TEXT, "READY"]);
    expect([await keysOf(owner), await uploadsOf(owner)]).toEqual([[(await rowOf(id))?.key], []]);
    expect((await rowOf(id))?.key).not.toBe((await rowOf(id))?.uploadKey);
    const rows = await db().auditEvent.findMany({ where: { subjectId: id }, orderBy: { id: "asc" } });
    expect(rows.map(({ action }) => action)).toEqual([...Array(3).fill("file.upload_url_issued"), "file.uploaded"]);
    expect(rows[1]?.after).toEqual({ parts: "4 1" });
    const { files } = await window.run(async () => listFiles(await enter()));
    expect(files.map((file) => file.id)).toEqual([id]);
  });

  test("and is taken up again: what has arrived is known by its length, and nothing of it is sent twice", async () => {
    const window = await signedIn(await person());
    const id = await ask(window);
    expect(await arrived(window, id)).toEqual({ ok: true, data: { partBytes: PART_BYTES, arrived: [] } });
    await send(window, id, [1, 3]);
    const [unfinished] = await window.run(async () => listUnfinished(await enter()));
    expect(unfinished).toMatchObject({ id, name: "minutes.txt", sizeBytes: TEXT.length, changedAt: CHANGED_AT });
    expect(await arrived(window, id)).toEqual({ ok: true, data: { partBytes: PART_BYTES, arrived: [1, 3] } });
    await send(window, id, [2, 4]);
    expect(await confirm(window, id)).toMatchObject({ ok: true });
    expect(await contentOf(id)).toBe(TEXT);
    expect(await window.run(async () => listUnfinished(await enter()))).toEqual([]);
  });

  test("a part of another length than its own is refused", async () => {
    const window = await signedIn(await person());
    const id = await ask(window);
    const signed = await sign(window, id, [4]);
    const url = signed.ok ? (signed.data.parts[0]?.url ?? "") : "";
    expect([await put(url, "12345"), await put(url, "123")]).toEqual([413, 400]);
    expect(await put(url, "1234")).toBe(200);
    expect(await sign(window, id, [5])).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect(
      await sign(
        window,
        id,
        Array.from({ length: 21 }, (_, n) => n + 1),
      ),
    ).toMatchObject({ ok: false, error: { code: "invalid" } });
  });

  test("what it holds is looked at as of any file, and gone when it is not what it says", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const html = "<!doctype html><script>1</script>\n\n";
    const id = await ask(window, html);
    await send(window, id, ALL, html);
    expect(await confirm(window, id)).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect([await keysOf(owner), await uploadsOf(owner), (await rowOf(id))?.status]).toEqual([[], [], "DELETING"]);
  });

  test("nobody else signs, resumes or confirms it, and a visitor nothing", async () => {
    const id = await ask(await signedIn(await person()));
    for (const [window, code] of [
      [await signedIn(await person()), "not_found"],
      [browser(), "unauthenticated"],
    ] as const)
      for (const answer of [await sign(window, id, [1]), await arrived(window, id), await confirm(window, id)])
        expect(answer).toMatchObject({ ok: false, error: { code } });
  });

  test("a file that comes in one piece has no parts", async () => {
    const window = await signedIn(await person());
    const id = await ask(window);
    await db().file.update({ where: { id }, data: { partBytes: null } });
    for (const answer of [await sign(window, id, [1]), await arrived(window, id)])
      expect(answer).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await window.run(() => signParts({ id: randomUUID(), numbers: [1] }))).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });
});

describe("what goes wrong", () => {
  test("a confirmation killed between the parts and the row is finished by the next one, and two at once give one file", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await ask(window);
    await send(window, id, ALL);
    const { key = "", multipartId } = (await rowOf(id)) ?? {};
    const parts = ALL.map((number) => ({ number, sizeBytes: bytesOf(number).length }));
    expect(await storage().multipart.complete(key, multipartId ?? "", parts)).toBe("complete");
    expect((await rowOf(id))?.status).toBe("PENDING");
    const both = await Promise.all([confirm(window, id), confirm(window, id)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect([await contentOf(id), await keysOf(owner)]).toEqual([TEXT, [key]]);
  });

  test("a store's upload that was begun twice at once, or begun and not written down, is one, and the other is swept", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await ask(window);
    await storage().multipart.begin((await rowOf(id))?.key ?? "", { contentType: "text/plain" });
    const all = await Promise.all([1, 2, 3, 4].map((number) => send(window, id, [number])));
    expect(all.flat()).toEqual([200, 200, 200, 200]);
    expect(await confirm(window, id)).toMatchObject({ ok: true });
    expect(await uploadsOf(owner)).toHaveLength(1);
    await outlive(id, HOUR_MS);
    await sweepFiles();
    expect([await uploadsOf(owner), await contentOf(id)]).toEqual([[], TEXT]);
  });

  test("cancelling gives up the parts at once, their URLs bring nothing back, and the row goes when they have ended", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await ask(window);
    const signed = await sign(window, id, [1]);
    await send(window, id, [2]);
    expect(await window.run(() => deleteFile({ id }))).toMatchObject({ ok: true });
    expect(await put(signed.ok ? (signed.data.parts[0]?.url ?? "") : "", bytesOf(1))).toBe(404);
    expect([await uploadsOf(owner), await keysOf(owner)]).toEqual([[], []]);
    expect(await sign(window, id, [1])).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect((await rowOf(id))?.uploadExpiresAt?.getTime()).toBeLessThanOrEqual(Date.now() + HOUR_MS);
    await outlive(id, HOUR_MS);
    await sweepFiles();
    expect(await rowOf(id)).toBeNull();
  });

  test("what nobody takes up again is swept, at the store too", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await ask(window);
    await send(window, id, [1, 2]);
    await outlive(id, HOUR_MS);
    await sweepFiles();
    expect(await uploadsOf(owner)).toHaveLength(1);
    expect(await sign(window, id, [3])).toMatchObject({ ok: false, error: { code: "conflict" } });
    await outlive(id, 3 * HOUR_MS);
    await sweepFiles();
    expect([await rowOf(id), await uploadsOf(owner)]).toEqual([null, []]);
  });

  test("twenty at once share the room there is, and a file that is shown counts once", async () => {
    const window = await signedIn(await person());
    const text = "x".repeat(300);
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => ask(window, text)));
    const ids = asked.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    expect(ids).toHaveLength(3);
    const numbers = Array.from({ length: 30 }, (_, n) => n + 1);
    for (const id of ids) await Promise.all([send(window, id, numbers.slice(0, 15), text), send(window, id, numbers.slice(15), text)]);
    for (const id of ids) expect(await confirm(window, id)).toMatchObject({ ok: true });
    expect(await window.run(async () => getUsage(await enter()))).toMatchObject({ usedBytes: 900, files: 3 });
    await expect(ask(window, text.slice(0, 90))).resolves.toEqual(expect.any(String));
    await expect(ask(window, text)).rejects.toThrow("too_large");
  });
});

describe("at Azure, whose signatures cover no length", () => {
  let azure: StoreUnderTest;
  const local = storage();
  beforeAll(async () => {
    azure = await startAzure();
    globalThis.foyerStorage = azure.store;
  }, 120_000);
  afterAll(async () => {
    globalThis.foyerStorage = local;
    await azure.stop();
  });

  test("a part of another length keeps the file from being confirmed until it has come as it should", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await ask(window);
    await send(window, id, [1, 2, 3]);
    const signed = await sign(window, id, [4]);
    await put(signed.ok ? (signed.data.parts[0]?.url ?? "") : "", "far too long");
    expect(await arrived(window, id)).toMatchObject({ data: { arrived: [1, 2, 3] } });
    expect(await confirm(window, id)).toMatchObject({ ok: false, error: { code: "conflict" } });
    await send(window, id, [4]);
    expect(await confirm(window, id)).toMatchObject({ ok: true });
    expect([await contentOf(id), await keysOf(owner), await uploadsOf(owner)]).toEqual([TEXT, [(await rowOf(id))?.key], []]);
  });
});
