import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isStillSignedIn } from "@/access/bearer";
import { enter } from "@/access/door";
import { settleFreshness } from "@/access/freshness";
import { DELETE, GET } from "@/app/api/files/[id]/route";
import { GET as LIST } from "@/app/api/files/route";
import { confirmUpload, deleteFile, renameFile, requestUpload } from "@/features/files/actions";
import { sweepFiles } from "@/features/files/leftovers";
import { getUsage, listFiles } from "@/features/files/queries";
import { FILES_PAGE_SIZE } from "@/features/files/schema";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { hostile } from "./support/hostile";
import { admin, file, person } from "./support/people";
import { as, type Browser, browser, signedIn } from "./support/request";

// Read at the first use, which comes later.
process.env.QUOTA_BYTES = "1000000";
process.env.MAX_FILE_BYTES = "600000";

const TEXT = Buffer.from("Minutes of the meeting.\n");
const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d4948445200000001000000010806000000", "hex"), Buffer.alloc(60)]);
const NOBODY = randomUUID();

const refusal = async (answer: Promise<{ ok: boolean; error?: { code: string } }>) => (await answer).error;
const audits = (subjectId: string) =>
  db().auditEvent.findMany({ where: { subjectType: "File", subjectId }, orderBy: [{ at: "asc" }, { id: "asc" }] });
const send = (url: string, init: RequestInit = {}) =>
  handleStorageRequest(new Request(new URL(url, "http://members.example.org"), init), isStillSignedIn);
const rowOf = (id: string) => db().file.findUnique({ where: { id } });

async function request(window: Browser, name: string, bytes: Uint8Array, contentType: string) {
  const asked = await window.run(() => requestUpload({ name, sizeBytes: bytes.byteLength, contentType }));
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  return asked.data;
}

async function put(window: Browser, name: string, bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<string> {
  const { id, url, method, headers } = await request(window, name, bytes, contentType);
  expect((await send(url, { method, headers, body: bytes })).status).toBe(200);
  return id;
}

async function upload(
  window: Browser,
  name = "minutes.txt",
  bytes: Uint8Array<ArrayBuffer> = TEXT,
  contentType = "text/plain",
): Promise<string> {
  const id = await put(window, name, bytes, contentType);
  expect(await window.run(() => confirmUpload({ id }))).toEqual({ ok: true, data: { id } });
  return id;
}

/** Lets the upload URLs of these files have ended an hour ago. */
const outlive = (ids: string[]) =>
  db().file.updateMany({ where: { id: { in: ids } }, data: { uploadExpiresAt: new Date(Date.now() - 3_600_000) } });

const download = (window: Browser, id: string, query = "") => window.fetch(GET, `/api/files/${id}${query}`, { params: { id } });
const remove = (window: Browser, id: string, headers: Record<string, string> = {}) =>
  window.fetch(DELETE, `/api/files/${id}`, { method: "DELETE", params: { id }, headers });

describe("a file", () => {
  test("goes up, is listed, comes down byte-equal, is renamed and deleted, and each step is remembered", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const id = await upload(window, "Protokoll März.txt");
    const { files } = await window.run(async () => listFiles(await enter()));
    expect(files).toMatchObject([{ id, name: "Protokoll März.txt", sizeBytes: TEXT.byteLength, contentType: "text/plain" }]);
    expect(await window.run(() => renameFile({ id, name: "../../Minutes.pdf" }))).toMatchObject({
      ok: true,
      data: { name: "Minutes.txt" },
    });
    const answer = await download(window, id);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([302, "private, no-store"]);
    const bytes = await send(answer.headers.get("location") ?? "");
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(TEXT);
    expect(bytes.headers.get("content-disposition")).toMatch(/^attachment;.*Minutes\.txt/);
    const { key } = (await rowOf(id)) ?? { key: "" };
    expect(await window.run(() => deleteFile({ id }))).toMatchObject({ ok: true });
    expect([(await rowOf(id))?.status, await storage().head(key)]).toEqual(["DELETING", null]);
    expect((await send(answer.headers.get("location") ?? "")).status).toBe(404);
    expect((await audits(id)).map(({ action, actorId }) => [action, actorId])).toEqual(
      ["file.upload_url_issued", "file.uploaded", "file.renamed", "file.download_url_issued", "file.deleted"].map((action) => [
        action,
        owner.id,
      ]),
    );
    expect(window.revalidated).toEqual(["/files", "/files", "/files"]);
  });

  test("lies under a key of the server's choosing, which the name has no part in", async () => {
    const owner = await person();
    const id = await upload(await signedIn(owner), "..\\..\\etc/passwd.txt");
    const row = await rowOf(id);
    expect(row?.name).toBe("passwd.txt");
    expect(row?.key).toMatch(new RegExp(`^${owner.id}/[0-9a-f-]{73}$`));
  });

  test.each([
    ["photo\u202egnp.exe.png", "photognp.exe.png"],
    ["a/b\\c.png", "c.png"],
    ["\u200b x.png ", "x.png"],
    ["e\u0301.png", "\u00e9.png"],
    ["a\u3164\u2800\u00ad\u061c\u180e\ufff9\ufffa\ufffb\u{e0041}b.png", "ab.png"],
  ])("called %j is shown as %j", async (given, shown) => {
    const window = await signedIn(await person());
    const { id } = await request(window, given, PNG, "image/png");
    expect((await rowOf(id))?.name).toBe(shown);
  });

  test.each(["", ".", "..", "a/", "/", "\u200b", "\u3164", "\u2800", "\u00ad", "\u{e0041}", "x\ny.png", `${"x".repeat(256)}`])(
    "may not be called %j",
    async (name) => {
      const window = await signedIn(await person());
      expect(await refusal(window.run(() => requestUpload({ name, sizeBytes: 5, contentType: "image/png" })))).toMatchObject({
        code: "invalid",
      });
      const id = await upload(window);
      expect(await refusal(window.run(() => renameFile({ id, name })))).toMatchObject({ code: "invalid" });
      expect((await rowOf(id))?.name).toBe("minutes.txt");
    },
  );
});

describe("only the owner", () => {
  test("another member is told of each action what they are told of a file that is not there, and nothing happens", async () => {
    const [owner, other] = [await signedIn(await person()), await signedIn(await person())];
    const id = await upload(owner);
    const pending = await put(owner, "later.txt", TEXT, "text/plain");
    const before = [await audits(id), await audits(pending)];
    const acts = {
      rename: (target: string) => other.run(() => renameFile({ id: target, name: "mine.txt" })),
      delete: (target: string) => other.run(() => deleteFile({ id: target })),
      confirm: (target: string) => other.run(() => confirmUpload({ id: target })),
    };
    for (const [name, act] of Object.entries(acts)) {
      const absent = await act(NOBODY);
      expect(absent, name).toMatchObject({ ok: false, error: { code: "not_found" } });
      for (const target of [id, pending]) expect(await act(target), name).toEqual(absent);
    }
    for (const call of [download, remove]) {
      const answers = [];
      for (const target of [id, pending, NOBODY]) answers.push(await call(other, target));
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    }
    expect([await audits(id), await audits(pending)]).toEqual(before);
    expect((await rowOf(id))?.name).toBe("minutes.txt");
    expect((await other.run(async () => listFiles(await enter()))).files).toEqual([]);
    expect(await owner.run(() => confirmUpload({ id: pending }))).toMatchObject({ ok: true });
  });

  test("nobody signed in and the unfinished reach nothing", async () => {
    const owner = await signedIn(await person());
    const id = await upload(owner);
    for (const [window, code, status] of [
      [browser(), "unauthenticated", 401],
      [await signedIn(await person({ complete: false })), "profile_incomplete", 403],
      [await signedIn(await admin({ mustChangePassword: true })), "forbidden", 403],
    ] as const) {
      expect(await refusal(window.run(() => requestUpload({ name: "a.txt", sizeBytes: 1, contentType: "text/plain" })))).toMatchObject({
        code,
      });
      for (const act of [() => confirmUpload({ id }), () => deleteFile({ id })])
        expect(await refusal(window.run<{ ok: boolean; error?: { code: string } }>(act))).toMatchObject({ code });
      expect(await refusal(window.run(() => renameFile({ id, name: "x.txt" })))).toMatchObject({ code });
      for (const answer of [await window.fetch(LIST, "/api/files"), await download(window, id), await remove(window, id)]) {
        expect([answer.status, (await answer.json()).error.code, answer.headers.get("cache-control")]).toEqual([
          status,
          code,
          "private, no-store",
        ]);
      }
    }
    expect((await rowOf(id))?.status).toBe("READY");
  });

  test("an admin deletes any, renames none, and reads the bytes only with a reason of ten letters and more", async () => {
    const [owner, boss] = [await signedIn(await person()), await signedIn(await admin())];
    const id = await upload(owner);
    expect(await refusal(boss.run(() => renameFile({ id, name: "x.txt" })))).toMatchObject({ code: "forbidden" });
    expect((await download(boss, id)).status).toBe(422);
    expect((await download(boss, id, "?reason=short")).status).toBe(422);
    expect((await audits(id)).map(({ action }) => action)).not.toContain("file.download_url_issued");
    expect((await download(boss, id, "?reason=the+owner+asked+for+help")).status).toBe(302);
    expect((await audits(id)).at(-1)).toMatchObject({
      action: "file.download_url_issued",
      actorId: boss.claims.sub,
      after: { reason: "the owner asked for help" },
    });
    expect((await remove(boss, id)).status).toBe(204);
    expect((await rowOf(id))?.status).toBe("DELETING");
  });

  test("an admin's own list holds their own files only", async () => {
    const boss = await signedIn(await admin());
    await upload(await signedIn(await person()));
    const id = await upload(boss);
    expect((await boss.run(async () => listFiles(await enter()))).files.map((one) => one.id)).toEqual([id]);
    expect((await boss.run(async () => getUsage(await enter()))).files).toBe(1);
  });
});

describe("what arrives is looked at", () => {
  test.each([
    ["a page called a picture", "x.png", Buffer.from("<!doctype html><script>alert(1)</script>"), "image/png"],
    ["a picture called text", "x.txt", PNG, "text/plain"],
    ["a drawing with scripts called text", "x.txt", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>"), "text/plain"],
    ["a program called a PDF", "x.pdf", Buffer.concat([Buffer.from("MZ"), Buffer.alloc(100)]), "application/pdf"],
  ])("%s is refused, its bytes go, and it is remembered", async (_, name, bytes, type) => {
    const window = await signedIn(await person());
    const id = await put(window, name, bytes, type);
    const { key } = (await rowOf(id)) ?? { key: "" };
    expect(await storage().head(key)).not.toBeNull();
    expect(await refusal(window.run(() => confirmUpload({ id })))).toMatchObject({ code: "invalid" });
    expect([(await rowOf(id))?.status, (await storage().list(key)).keys]).toEqual(["DELETING", []]);
    expect((await audits(id)).at(-1)).toMatchObject({ action: "file.refused", after: { reason: "type_mismatch" } });
    expect((await window.run(async () => getUsage(await enter()))).usedBytes).toBe(0);
  });

  test.each([
    ["x.svg", "image/svg+xml"],
    ["x.html", "text/html"],
    ["x.exe", "application/octet-stream"],
    ["x", ""],
    ["x.js", "text/javascript"],
  ])("%s of type %j gets no address", async (name, contentType) => {
    const owner = await person();
    expect(await refusal(as(owner, () => requestUpload({ name, sizeBytes: 5, contentType })))).toMatchObject({ code: "invalid" });
    expect(await db().file.count({ where: { ownerId: owner.id } })).toBe(0);
  });

  test("before anything arrived there is nothing to confirm, and it can be tried again", async () => {
    const window = await signedIn(await person());
    const { id, url, method, headers } = await request(window, "minutes.txt", TEXT, "text/plain");
    expect(await refusal(window.run(() => confirmUpload({ id })))).toMatchObject({ code: "conflict" });
    expect((await download(window, id)).status).toBe(404);
    expect((await send(url, { method, headers, body: TEXT })).status).toBe(200);
    expect(await window.run(() => confirmUpload({ id }))).toMatchObject({ ok: true });
  });

  test("an address takes exactly what it was signed for: no more, no less, no other type, key or method", async () => {
    const window = await signedIn(await person());
    const { id, url, method, headers } = await request(window, "minutes.txt", TEXT, "text/plain");
    const tries: [string, RequestInit][] = [
      [url, { method, headers, body: Buffer.concat([TEXT, TEXT]) }],
      [url, { method, headers, body: TEXT.subarray(1) }],
      [url, { method, headers: { "content-type": "text/html" }, body: TEXT }],
      [url.replace(/[0-9a-f]{12}\?/, "000000000000?"), { method, headers, body: TEXT }],
      [url, { method: "GET" }],
      [url, { method: "DELETE" }],
      [`${url}x`, { method, headers, body: TEXT }],
    ];
    for (const [address, init] of tries)
      expect((await send(address, init)).status, `${init.method} ${address}`).toBeGreaterThanOrEqual(400);
    expect(await refusal(window.run(() => confirmUpload({ id })))).toMatchObject({ code: "conflict" });
  });

  test("twenty confirmations at once are one", async () => {
    const window = await signedIn(await person());
    const id = await put(window, "minutes.txt", TEXT, "text/plain");
    const answers = await Promise.all(Array.from({ length: 20 }, () => window.run(() => confirmUpload({ id }))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    for (const answer of answers) if (!answer.ok) expect(["not_found", "conflict"]).toContain(answer.error.code);
    expect((await audits(id)).filter(({ action }) => action === "file.uploaded")).toHaveLength(1);
  });
});

test("a URL for a download lives two minutes, ends with the session it was made for, and says to nobody else whose it is", async () => {
  const owner = await person();
  const window = await signedIn(owner);
  const id = await upload(window);
  const url = async (query = "") => (await download(window, id, query)).headers.get("location") ?? "";
  const livesFor = (address: string) => Number(new URL(address, "http://x").searchParams.get("e")) - Date.now();
  const given = await url();
  expect(livesFor(given)).toBeLessThanOrEqual(120_000);
  expect(livesFor(await url("?disposition=inline"))).toBeLessThanOrEqual(120_000);
  await db().file.update({ where: { id }, data: { contentType: "video/mp4" } });
  expect(livesFor(await url("?disposition=inline"))).toBeGreaterThan(120_000);
  const answer = await send(given);
  expect([answer.status, Buffer.from(await answer.arrayBuffer())]).toEqual([200, TEXT]);
  // Made for somebody else, or for nobody, it would be another URL.
  for (const bearer of ["", `${randomUUID()} ${randomUUID()} 1`]) {
    const other = new URL(given, "http://x");
    if (bearer) other.searchParams.set("b", bearer);
    else other.searchParams.delete("b");
    expect((await send(`${other.pathname}${other.search}`)).status).toBe(403);
  }
  await db().session.updateMany({ where: { userId: owner.id }, data: { endedAt: new Date() } });
  await settleFreshness();
  expect((await send(given)).status).toBe(403);
});

describe("quota", () => {
  test("holds under twenty uploads asked for at once", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        window.run(() => requestUpload({ name: `${index}.txt`, sizeBytes: 100_000, contentType: "text/plain" })),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
    for (const answer of answers) if (!answer.ok) expect(answer.error.code).toBe("too_large");
    expect(await window.run(async () => getUsage(await enter()))).toMatchObject({ usedBytes: 1_000_000, quotaBytes: 1_000_000, files: 10 });
  });

  test("is each person's own, to the last byte, and what is deleted is free again once it is swept", async () => {
    const [one, other] = [await signedIn(await person()), await signedIn(await person())];
    const ask = (window: Browser, sizeBytes: number) =>
      window.run(() => requestUpload({ name: "a.txt", sizeBytes, contentType: "text/plain" }));
    expect(await ask(one, 600_000)).toMatchObject({ ok: true });
    expect(await ask(one, 400_001)).toMatchObject({ ok: false, error: { code: "too_large" } });
    const id = await upload(one);
    expect(await ask(one, 400_000)).toMatchObject({ ok: false });
    await one.run(() => deleteFile({ id }));
    expect(await ask(one, 400_000)).toMatchObject({ ok: false });
    await outlive([id]);
    await sweepFiles();
    expect(await ask(one, 400_000)).toMatchObject({ ok: true });
    expect(await ask(one, 1)).toMatchObject({ ok: false });
    expect(await ask(other, 600_000)).toMatchObject({ ok: true });
  });

  test.each([
    ["deleted", true],
    ["kept", false],
  ])("counts what an upload URL may bring again after its file was confirmed and %s, until the sweep", async (_, deleted) => {
    const owner = await person();
    const window = await signedIn(owner);
    const bytes = Buffer.alloc(200_000, "a line of text\n");
    const made: string[] = [];
    const round = async () => {
      const asked = await window.run(() => requestUpload({ name: "a.txt", sizeBytes: bytes.byteLength, contentType: "text/plain" }));
      if (!asked.ok) return asked.error;
      const { id, url, method, headers } = asked.data;
      const put = async () => expect((await send(url, { method, headers, body: bytes })).status).toBe(200);
      await put();
      expect(await window.run(() => confirmUpload({ id }))).toMatchObject({ ok: true });
      if (deleted) expect(await window.run(() => deleteFile({ id }))).toMatchObject({ ok: true });
      await put();
      made.push(id);
      return null;
    };
    let refused = null;
    for (let tries = 0; tries < 12 && !refused; tries++) refused = await round();
    expect(refused).toMatchObject({ code: "too_large", message: expect.stringContaining("not enough room") });
    const stored = async () => {
      const { keys } = await storage().list(`${owner.id}/`);
      const sizes = await Promise.all(keys.map(async (key) => (await storage().head(key))?.sizeBytes ?? 0));
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    expect(made).toHaveLength(deleted ? 5 : 3);
    // The file that is asked for last may bring its own size twice.
    expect(await stored()).toBeLessThanOrEqual(1_200_000);
    await outlive(made);
    await sweepFiles();
    expect(await stored()).toBe(deleted ? 0 : 600_000);
    expect(await round()).toBeNull();
  });

  test("an upload that is not confirmed can be cancelled by its owner alone, and no longer counts as used", async () => {
    const owner = await person();
    const [window, boss] = [await signedIn(owner), await signedIn(await admin())];
    const [one, other] = [await put(window, "a.txt", TEXT, "text/plain"), await put(window, "b.txt", TEXT, "text/plain")];
    expect(await boss.run(() => deleteFile({ id: one }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await window.run(() => deleteFile({ id: one }))).toMatchObject({ ok: true });
    expect((await remove(window, other)).status).toBe(204);
    expect([(await rowOf(one))?.status, (await rowOf(other))?.status]).toEqual(["DELETING", "DELETING"]);
    expect((await storage().list(`${owner.id}/`)).keys).toEqual([]);
    expect(await window.run(async () => getUsage(await enter()))).toMatchObject({ usedBytes: 0, files: 0 });
    expect(await window.run(() => confirmUpload({ id: one }))).toMatchObject({ ok: false, error: { code: "not_found" } });
    await outlive([one, other]);
    await sweepFiles();
    expect([await rowOf(one), await rowOf(other)]).toEqual([null, null]);
  });

  test("one upload cancelled and confirmed at once is shown with its bytes or gone with them", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    for (let round = 0; round < 5; round++) {
      const id = await put(window, "a.txt", TEXT, "text/plain");
      await outlive([id]);
      await Promise.all([window.run(() => confirmUpload({ id })), window.run(() => deleteFile({ id }))]);
      expect((await rowOf(id))?.status ?? "DELETING").toBe("DELETING");
      await outlive([id]);
      await sweepFiles();
      expect([await rowOf(id), (await storage().list(`${owner.id}/`)).keys]).toEqual([null, []]);
    }
  });

  test("a hundred uploads at most are under way", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const pending = Array.from({ length: 99 }, () => {
      const key = `${owner.id}/${randomUUID()}`;
      const uploadExpiresAt = new Date(Date.now() + 60_000);
      return {
        ownerId: owner.id,
        name: "a",
        key,
        uploadKey: key,
        uploadExpiresAt,
        sizeBytes: 1,
        contentType: "text/plain",
        provider: "LOCAL" as const,
      };
    });
    await db().file.createMany({ data: pending });
    const { id } = await request(window, "a.txt", TEXT, "text/plain");
    const ask = () => window.run(() => requestUpload({ name: "a.txt", sizeBytes: 1, contentType: "text/plain" }));
    expect(await ask()).toMatchObject({ ok: false, error: { code: "conflict", message: expect.stringContaining("100 uploads") } });
    await window.run(() => deleteFile({ id }));
    expect(await ask()).toMatchObject({ ok: true });
  });

  test("whoever has to wait to be counted holds no connection, and is told after a few tries", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const ask = () => window.run(() => requestUpload({ name: "a.txt", sizeBytes: 1, contentType: "text/plain" }));
    await db().$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT 1 AS one FROM pg_advisory_xact_lock(hashtextextended(${owner.id}, 0))`;
        const waiting = Array.from({ length: 30 }, ask);
        const neighbour = await signedIn(await person());
        expect(await upload(neighbour)).toEqual(expect.any(String));
        for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ ok: false, error: { code: "conflict" } });
      },
      { timeout: 50_000 },
    );
    expect(await ask()).toMatchObject({ ok: true });
  });

  test("a file larger than any may be is refused before it has an address", async () => {
    expect(
      await refusal(as(await person(), () => requestUpload({ name: "a.txt", sizeBytes: 600_001, contentType: "text/plain" }))),
    ).toMatchObject({ code: "too_large" });
  });
});

describe("bad input", () => {
  test("of every kind is refused by each action, as bad input", async () => {
    const window = await signedIn(await person());
    const id = await upload(window);
    const refused = async (act: (input: never) => Promise<{ ok: boolean; error?: { code: string } }>, valid: Record<string, unknown>) => {
      for (const { name, input } of hostile(valid))
        expect(await refusal(window.run(() => act(input as never))), name).toMatchObject({
          code: expect.stringMatching(/^(invalid|too_large)$/),
        });
    };
    // The browser's own word for the type is only a hint: an unknown one falls back to the name, so it is tried apart.
    await refused(requestUpload, { name: "a.txt", sizeBytes: 10 });
    for (const contentType of [null, 5, {}, ["text/plain"], undefined, "x".repeat(201)])
      expect(
        await refusal(window.run(() => requestUpload({ name: "a.txt", sizeBytes: 1, contentType: contentType as string }))),
      ).toMatchObject({ code: "invalid" });
    await refused(confirmUpload, { id });
    await refused(deleteFile, { id });
    await refused(renameFile, { id, name: "x.txt" });
    expect((await rowOf(id))?.name).toBe("minutes.txt");
  });

  test("in an address: what is no id is not found, a made-up cursor or reason is refused", async () => {
    const window = await signedIn(await person());
    for (const id of ["x", "../x", "1", "%00", `${NOBODY}x`, "null"])
      expect([(await download(window, id)).status, (await remove(window, id)).status]).toEqual([404, 404]);
    const cursor = Buffer.from(JSON.stringify(["a\0", NOBODY])).toString("base64url");
    for (const query of [
      "?cursor=x",
      `?cursor=${cursor}`,
      "?cursor=a&cursor=b",
      "?limit=1000000",
      "?ownerId=x",
      `?cursor=${"x".repeat(5000)}`,
    ]) {
      expect((await window.fetch(LIST, `/api/files${query}`)).status, query).toBe(422);
    }
    const id = await upload(window);
    for (const query of ["?reason=a&reason=b", `?reason=${"x".repeat(400)}`, "?reason=%00bcdefghijkl", "?disposition=form-data"])
      expect((await download(window, id, query)).status, query).toBe(422);
  });

  test("a deletion asked for by another origin is refused, one of this site or of no browser is not", async () => {
    const window = await signedIn(await person());
    const id = await upload(window);
    for (const origin of ["https://evil.example", "null", "http://members.example.org.evil.example", "http://members.example.org:8080"])
      expect((await remove(window, id, { origin })).status, origin).toBe(403);
    expect((await rowOf(id))?.status).toBe("READY");
    expect((await remove(window, id, { origin: "http://members.example.org" })).status).toBe(204);
    expect((await remove(window, await upload(window))).status).toBe(204);
  });
});

describe("the list", () => {
  test("pages over files of the same moment lose and repeat none, and a program gets up to a hundred at once", async () => {
    const owner = await person();
    const total = FILES_PAGE_SIZE * 2 + 7;
    const createdAt = new Date(Date.UTC(2026, 0, 1));
    for (let index = 0; index < total; index++) await file(owner, { createdAt: index % 3 ? createdAt : new Date(Date.UTC(2026, 0, 2)) });
    const window = await signedIn(owner);
    const seen: string[] = [];
    let cursor: string | null = "";
    let pages = 0;
    do {
      const answer = await window.fetch(LIST, `/api/files${cursor ? `?cursor=${cursor}` : ""}`);
      const { files, next }: { files: { id: string }[]; next: string | null } = await answer.json();
      seen.push(...files.map(({ id }) => id));
      cursor = next;
      pages++;
    } while (cursor && pages < 10);
    expect(pages).toBe(3);
    expect(new Set(seen).size).toBe(total);
    expect(seen).toHaveLength(total);
    const hundred = await window.fetch(LIST, "/api/files?limit=100");
    expect((await hundred.json()).files.map(({ id }: { id: string }) => id)).toEqual(seen.slice(0, 100));
    expect((await window.fetch(LIST, "/api/files?limit=101")).status).toBe(422);
  });

  test("holds what is shown and no key, no owner, no store", async () => {
    const window = await signedIn(await person());
    await upload(window);
    const { files } = await (await window.fetch(LIST, "/api/files")).json();
    expect(files.map((one: object) => Object.keys(one).sort())).toEqual([
      ["contentType", "createdAt", "id", "kind", "name", "organizationId", "previewUrl", "sizeBytes"],
    ]);
  });
});

describe("the sweep", () => {
  test("finishes deletions and takes away uploads that never came, and nothing else", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const [ready, fresh] = [await upload(window), await put(window, "fresh.txt", TEXT, "text/plain")];
    const [abandoned, half] = [await put(window, "left.txt", TEXT, "text/plain"), await upload(window)];
    const uploadExpiresAt = new Date(Date.now() - 3 * 3_600_000);
    await db().file.update({ where: { id: abandoned }, data: { uploadExpiresAt } });
    await db().file.update({ where: { id: half }, data: { status: "DELETING", uploadExpiresAt } });
    const keys = [(await rowOf(abandoned))?.key ?? "", (await rowOf(half))?.key ?? ""];
    expect(await sweepFiles()).toBeGreaterThanOrEqual(2);
    expect(await Promise.all([ready, fresh, abandoned, half].map(async (id) => (await rowOf(id)) !== null))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(await Promise.all(keys.map((key) => storage().head(key)))).toEqual([null, null]);
    expect(await sweepFiles()).toBe(0);
  });

  test("an object that cannot be deleted keeps its row for the next sweep", async () => {
    const window = await signedIn(await person());
    const id = await upload(window);
    const store = storage();
    const real = store.delete.bind(store);
    store.delete = () => Promise.reject(new Error("store down"));
    try {
      expect(await window.run(() => deleteFile({ id }))).toMatchObject({ ok: true });
      expect((await rowOf(id))?.status).toBe("DELETING");
      expect((await window.run(async () => listFiles(await enter()))).files).toEqual([]);
      expect((await download(window, id)).status).toBe(404);
    } finally {
      store.delete = real;
    }
    await db().file.update({ where: { id }, data: { uploadExpiresAt: new Date(Date.now() - 3_600_000) } });
    await sweepFiles();
    expect(await rowOf(id)).toBeNull();
  });
});
