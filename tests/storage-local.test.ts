import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { configuredProviders, handleStorageRequest, storage, storageOf } from "@/storage";
import { receiveBytes, SLOWEST, sendFile } from "@/storage/connection";
import { LocalStorage } from "@/storage/local";
import { ObjectFiles } from "@/storage/object-files";
import { S3Storage } from "@/storage/s3";
import { StorageUnavailable } from "@/storage/storage";
import { listen } from "./support/listen";
import { temporaryFolder } from "./support/postgres";
import { send, startLocal } from "./support/storage";

const SECRET = "a-secret-only-for-tests-0123456789abcdef";
let under: Awaited<ReturnType<typeof startLocal>>;
beforeAll(async () => {
  under = await startLocal();
});
afterAll(() => under.stop());

/** For a transfer that stands still; and in how many steps a slow one arrives, each after a third of the grace. */
const PACE = { bytesPerSecond: 2_000_000, graceMs: 200 };
const STEPS = 4;
const SLOW_BYTES = 20_000_000;

const newKey = () => `${randomUUID()}/${randomUUID()}`;

async function put(key: string, text: string): Promise<string> {
  const upload = await under.store.presignUpload(key, { contentType: "text/plain", sizeBytes: Buffer.byteLength(text), expiresIn: 60 });
  const answer = await fetch(under.at(upload.url), { method: "PUT", headers: upload.headers, body: text });
  expect(answer.status).toBe(200);
  return key;
}
const stored = (text = "hello, world") => put(newKey(), text);

async function downloadUrl(key: string, expiresIn = 60): Promise<URL> {
  return under.at(
    (await under.store.presignDownload(key, { filename: "a.txt", contentType: "text/plain", disposition: "inline", expiresIn })).url,
  );
}
async function get(key: string, headers: Record<string, string> = {}, method = "GET") {
  return fetch(await downloadUrl(key), { method, headers });
}
const unfinished = () => readdirSync(join(under.folder, ".incoming"));

describe("answers", () => {
  test("every answer, refusals too, is sandboxed, not guessed at and not kept", async () => {
    const url = await downloadUrl(await stored());
    const gone = await downloadUrl(newKey());
    const answers = [
      await fetch(url),
      await fetch(gone),
      await fetch(new URL(url.pathname, url)),
      await fetch(new URL("/api/storage/x", url)),
      await fetch(url, { headers: { range: "bytes=99-" } }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([200, 404, 403, 400, 416]);
    for (const { headers } of answers) {
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
      expect(headers.get("cache-control")).toBe("private, no-store, no-transform");
    }
  });

  test("refusals say which rule was broken", async () => {
    const key = await stored();
    const upload = under.at((await under.store.presignUpload(key, { contentType: "text/plain", sizeBytes: 5, expiresIn: 60 })).url);
    const short = await downloadUrl(key, 1);
    const good = { "content-type": "text/plain" };
    const code = async (url: URL, options: Parameters<typeof send>[1]) => {
      const answer = await send(url, options);
      return [answer?.status, JSON.parse(answer?.body.toString() ?? "").error.code];
    };
    const body = Buffer.from("hello");
    expect(await code(upload, { method: "PUT", headers: { ...good, "content-length": "6" }, body: Buffer.from("hello!") })).toEqual([
      403,
      "wrong_length",
    ]);
    expect(await code(upload, { method: "PUT", headers: { "content-type": "text/html" }, body })).toEqual([403, "wrong_type"]);
    expect(await code(upload, { method: "PUT", headers: good, body: Buffer.from("hello!") })).toEqual([413, "too_long"]);
    expect(await code(upload, { method: "PUT", headers: good, body: Buffer.from("hell") })).toEqual([400, "too_short"]);
    expect(await code(upload, { method: "POST", headers: good, body })).toEqual([403, "bad_signature"]);
    expect(await code(await downloadUrl(newKey()), { method: "GET" })).toEqual([404, "not_found"]);
    for (const path of [
      "/api/storage/../../etc/passwd",
      "/api/storage/a/%2e%2e",
      "/api/storage/a/..%2fb",
      "/api/storage//etc/passwd",
      "/api/storage/.incoming/a",
      "/api/storage/a/b%00",
    ]) {
      expect(await code(upload, { method: "GET", path: path + upload.search })).toEqual([400, "bad_key"]);
    }
    await sleep(1000);
    expect(await code(short, { method: "GET" })).toEqual([403, "expired"]);
  });

  test("an upload longer than its maximum is refused, whether it says so or not, and one broken off leaves nothing", async () => {
    const key = newKey();
    const { url, headers } = await under.store.presignUpload(key, { contentType: "text/plain", maxBytes: 5, expiresIn: 60 });
    const put = async (body: string, more: Record<string, string> = {}, breakOff = false) =>
      (await send(under.at(url), { method: "PUT", headers: { ...headers, ...more }, body: Buffer.from(body), breakOff }))?.status;
    expect([await put("hello!", { "content-length": "6" }), await put("hello!")]).toEqual([403, 413]);
    await put("hel", { "content-length": "5" }, true);
    await put("hel", {}, true);
    expect(await under.store.head(key)).toBeNull();
    await expect.poll(() => put("hell")).toBe(200);
    expect(await under.store.head(key)).toEqual({ sizeBytes: 4, contentType: "text/plain" });
  });

  test("an upload that goes on beyond its length hears of it, and the connection lasts", async () => {
    const upload = under.at((await under.store.presignUpload(newKey(), { contentType: "text/plain", sizeBytes: 5, expiresIn: 60 })).url);
    const answer = await send(upload, { method: "PUT", headers: { "content-type": "text/plain" }, body: Buffer.alloc(5_000_000) });
    expect(answer?.status).toBe(413);
  });

  test("an upload whose proxy dropped its length is counted and accepted", async () => {
    const key = newKey();
    const upload = await under.store.presignUpload(key, { contentType: "text/plain", sizeBytes: 5, expiresIn: 60 });
    expect(
      (await send(under.at(upload.url), { method: "PUT", headers: { "content-type": "text/plain" }, body: Buffer.from("hello") }))?.status,
    ).toBe(200);
    expect(await under.store.head(key)).toEqual({ sizeBytes: 5, contentType: "text/plain" });
  });

  test("HEAD answers as GET does, without the body", async () => {
    const key = await stored();
    const [head, whole] = [await get(key, { range: "bytes=0-1" }, "HEAD"), await get(key)];
    expect([head.status, await head.text()]).toEqual([200, ""]);
    for (const name of ["content-length", "content-type", "content-disposition", "etag", "accept-ranges"])
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
  });

  test("an entity tag is strong, stays with an object and changes with each upload", async () => {
    const key = await stored();
    const tag = (await get(key)).headers.get("etag");
    expect(tag).toMatch(/^"[0-9a-f-]+"$/);
    expect((await get(key)).headers.get("etag")).toBe(tag);
    await put(key, "hello, world");
    expect((await get(key)).headers.get("etag")).not.toBe(tag);
  });

  test("If-None-Match, If-Match and If-Range are honoured", async () => {
    const key = await stored();
    const tag = (await get(key)).headers.get("etag") ?? "";
    const range = "bytes=0-4";
    const status = async (headers: Record<string, string>) => (await get(key, headers)).status;
    expect(await status({ "if-none-match": tag })).toBe(304);
    expect(await status({ "if-none-match": `"other", W/${tag}` })).toBe(304);
    expect(await status({ "if-none-match": "*" })).toBe(304);
    expect(await status({ "if-none-match": '"other"' })).toBe(200);
    expect(await status({ "if-match": tag, range })).toBe(206);
    expect(await status({ "if-match": '"other"', range })).toBe(412);
    expect(await status({ "if-range": tag, range })).toBe(206);
    expect(await status({ "if-range": '"other"', range })).toBe(200);
    expect(await status({ "if-range": `W/${tag}`, range })).toBe(200);
    expect(await status({ "if-range": new Date().toUTCString(), range })).toBe(200);
  });

  test("several ranges are answered with the whole", async () => {
    const answer = await get(await stored(), { range: "bytes=0-1,3-4" });
    expect([answer.status, await answer.text()]).toEqual([200, "hello, world"]);
  });
});

describe("on disk", () => {
  test("a refused or broken upload leaves no temporary behind", async () => {
    const upload = under.at(
      (await under.store.presignUpload(newKey(), { contentType: "text/plain", sizeBytes: 100_000, expiresIn: 60 })).url,
    );
    const headers = { "content-type": "text/plain" };
    const started = send(upload, {
      method: "PUT",
      headers: { ...headers, "content-length": "100000" },
      body: Buffer.alloc(60_000),
      breakOff: true,
    });
    await expect.poll(unfinished).toHaveLength(1);
    await started;
    await send(upload, { method: "PUT", headers, body: Buffer.alloc(99_999) });
    await send(upload, { method: "PUT", headers, body: Buffer.alloc(100_001) });
    await expect.poll(unfinished).toEqual([]);
  });

  test("twenty unfinished uploads by one URL hold one temporary, and the next one after them goes through", async () => {
    const key = newKey();
    const url = under.at((await under.store.presignUpload(key, { contentType: "text/plain", sizeBytes: 5, expiresIn: 60 })).url);
    const put = (body: BodyInit) => {
      const init = { method: "PUT", headers: { "content-type": "text/plain" }, body, duplex: "half" };
      return under.store.handle(new Request(url, init as RequestInit));
    };
    const senders: ReadableStreamDefaultController<Uint8Array>[] = [];
    const slow = () => put(new ReadableStream({ start: (sender) => void senders.push(sender) }));
    const answers = Array.from({ length: 20 }, slow);
    const refused = await Promise.all(answers.slice(1));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([409]));
    expect(await refused[0]?.json()).toMatchObject({ error: { code: "busy" } });
    await expect.poll(unfinished).toHaveLength(1);
    senders[0]?.error(new Error("gone"));
    expect((await answers[0])?.status).toBe(400);
    expect(unfinished()).toEqual([]);
    expect((await put("hello")).status).toBe(200);
    expect((await put("again")).status).toBe(200);
  });

  test("what a crash left unfinished is swept after a day, and not before", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ".incoming"));
    for (const [name, hours] of [
      ["old", 25],
      ["young", 23],
    ] as const) {
      writeFileSync(join(folder, ".incoming", name), "x");
      utimesSync(join(folder, ".incoming", name), new Date(), new Date(Date.now() - hours * 3_600_000));
    }
    await new LocalStorage({ folder, secret: SECRET }).check();
    expect(readdirSync(join(folder, ".incoming"))).toEqual(["young"]);
  });

  test("a download under way reads on as it began, though the object is replaced and deleted", async () => {
    const key = await stored("a".repeat(3_000_000));
    const answer = await get(key);
    await put(key, "b");
    await under.store.delete(key);
    expect(new Set(await answer.text())).toEqual(new Set("a"));
  });

  test("files are closed, whatever becomes of the request", async () => {
    const key = await stored("a".repeat(300_000));
    const url = await downloadUrl(key);
    const ask = (headers: Record<string, string>, method = "GET") => under.store.handle(new Request(url, { method, headers }));
    const uses: (() => Promise<unknown>)[] = [
      () => ask({}, "HEAD"),
      () => ask({ "if-none-match": "*" }),
      () => ask({ range: "bytes=9999999-" }),
      async () => (await ask({})).body?.cancel(),
      async () => (await ask({})).arrayBuffer(),
      async () => {
        const reader = (await ask({})).body?.getReader();
        await reader?.read();
        await reader?.cancel();
      },
      () => under.store.head(key),
      () => under.store.readRange(key, 0, 5),
    ];
    for (const use of uses) {
      const before = readdirSync("/dev/fd").length;
      // So few and so quick that no garbage collection can close what was forgotten.
      await Promise.all(Array.from({ length: 20 }, () => use()));
      expect(readdirSync("/dev/fd").length).toBeLessThan(before + 10);
    }
  });

  test("a download whose reader leaves closes its file", async () => {
    const url = await downloadUrl(await stored("a".repeat(20_000_000)));
    const before = readdirSync("/dev/fd").length;
    const leaveAt = async (controller: AbortController) => {
      const answer = await fetch(url, { signal: controller.signal });
      await answer.body?.getReader().read();
      controller.abort();
    };
    await Promise.all(Array.from({ length: 20 }, () => leaveAt(new AbortController())));
    await expect.poll(() => readdirSync("/dev/fd").length).toBeLessThan(before + 10);
  });

  test("a download to a connection that is gone before its first byte closes its file; one to whoever is not welcome any more is cut", async () => {
    const path = join(temporaryFolder(), "twenty-megabytes");
    writeFileSync(path, Buffer.alloc(20_000_000));
    const files: FileHandle[] = [];
    const server = await listen(
      createServer(async (request, response) => {
        // Its answer keeps that of the next request on the same connection waiting.
        if (request.url === "/unanswered") return;
        const file = await open(path);
        files.push(file);
        if (request.url === "/gone") await Promise.all([once(request.socket, "close"), request.socket.destroy()]);
        await sendFile(file, { start: 0, end: 19_999_999 }, response.writeHead(200), SLOWEST, () => Promise.resolve(false));
      }),
    );
    const gone = connect(Number(new URL(server.url).port), "127.0.0.1");
    gone.on("error", () => undefined).write(["/unanswered", "/gone"].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    await once(gone, "close");
    const reader = (await fetch(server.url)).body?.getReader();
    await reader?.read();
    await sleep(1_100);
    const rest = async () => {
      while (!(await reader?.read())?.done);
    };
    await expect(rest()).rejects.toThrow();
    await expect.poll(() => files.map(({ fd }) => fd)).toEqual([-1, -1]);
    await server.stop();
  });

  test("a transfer that stands still is cut in either direction, and what it held let go; one that goes on slowly is not", async () => {
    const quick = await startLocal(PACE);
    const key = newKey();
    const upload = await quick.store.presignUpload(key, { contentType: "text/plain", sizeBytes: SLOW_BYTES, expiresIn: 60 });
    const ask = (method: string, address: string, headers = "") => {
      const { pathname, search, port } = quick.at(address);
      const socket = connect(Number(port), "127.0.0.1").on("error", () => undefined);
      socket.write(`${method} ${pathname}${search} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
      return socket;
    };
    const announce = () => ask("PUT", upload.url, `Content-Type: text/plain\r\nContent-Length: ${SLOW_BYTES}\r\n`);
    await once(announce(), "close");
    await expect.poll(() => readdirSync(join(quick.folder, ".incoming"))).toEqual([]);

    const sender = announce();
    for (let step = 0; step < STEPS; step++) {
      await sleep(PACE.graceMs / 3);
      sender.write(Buffer.alloc(SLOW_BYTES / STEPS));
    }
    expect(String((await once(sender, "data"))[0])).toContain("200 OK");
    sender.destroy();

    const options = { filename: "a.txt", contentType: "text/plain", disposition: "attachment", expiresIn: 60 } as const;
    const { url } = await quick.store.presignDownload(key, options);
    const slow = ask("GET", url);
    let taken = 0;
    slow.on("data", (bytes: Buffer) => {
      taken += bytes.length;
      slow.pause();
      // Twice and a half as fast as it must be, and longer than the grace for what the kernel takes at once.
      setTimeout(() => slow.resume(), bytes.length / ((2.5 * PACE.bytesPerSecond) / 1000));
    });
    await expect.poll(() => taken).toBeGreaterThan(0);
    const open = () => readdirSync("/dev/fd").length;
    const before = open();
    // Who does not listen reads nothing. Each holds two files: one of what it does not read, and one of what waits behind that.
    const deaf = Array.from({ length: 10 }, () => ask("GET", url));
    for (const socket of deaf) socket.write(`GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await expect.poll(open).toBeGreaterThan(before + 30);
    await expect.poll(open).toBeLessThan(before + 20);
    await expect.poll(() => taken).toBeGreaterThan(SLOW_BYTES);
    for (const socket of [slow, ...deaf]) socket.destroy();
    await quick.stop();
  });

  test("while our own disk stands still, nobody is cut for it in either direction", async () => {
    const path = join(temporaryFolder(), "two-bytes");
    writeFileSync(path, "ab");
    const server = await listen(
      createServer(async (request, response) => {
        for await (const _ of receiveBytes(request, PACE)) await sleep(2 * PACE.graceMs);
        const file = await open(path);
        const read = file.read.bind(file);
        vi.spyOn(file, "read").mockImplementationOnce(async (...args: unknown[]) => {
          await sleep(2 * PACE.graceMs);
          return Reflect.apply(read, file, args);
        });
        await sendFile(file, { start: 0, end: 1 }, response.writeHead(200), PACE);
        response.end();
      }),
    );
    const answer = await fetch(server.url, { method: "PUT", body: "x" });
    expect(await answer.text()).toBe("ab");
    await server.stop();
  });

  test("only the site's own user may read the files, whose bytes stand first in them", async () => {
    const path = join(under.folder, await stored());
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(join(path, "..")).mode & 0o077).toBe(0);
    expect(readFileSync(path, "utf8").slice(0, 13)).toBe("hello, world\n");
  });

  test("an owner's folder goes with the last file, and uploads beside deletes succeed", async () => {
    const files = new ObjectFiles(temporaryFolder());
    const owner = randomUUID();
    const body = async function* () {};
    const comeAndGo = async (_: unknown, n: number) => {
      for (let round = 0; round < 20; round++) {
        await files.write(`${owner}/${n}`, body(), { sizeBytes: 0 }, "text/plain");
        await files.remove(`${owner}/${n}`);
      }
    };
    await Promise.all(Array.from({ length: 4 }, comeAndGo));
    expect(await files.list("", "", 10)).toEqual([]);
    await put(`${owner}/1`, "x");
    await under.store.delete(`${owner}/1`);
    expect(readdirSync(under.folder)).not.toContain(owner);
  });

  test("a move keeps the entity tag, takes a folder left empty along, and makes none for nothing", async () => {
    const from = await stored();
    const to = newKey();
    const tag = (await get(from)).headers.get("etag");
    await under.store.move(from, to);
    expect((await get(to)).headers.get("etag")).toBe(tag);
    expect(readdirSync(under.folder)).not.toContain(from.split("/")[0]);
    const nowhere = newKey();
    expect(await under.store.move(from, nowhere)).toBe(false);
    expect(readdirSync(under.folder)).not.toContain(nowhere.split("/")[0]);
  });

  test("a download under way reads on as it began, though the object is moved", async () => {
    const key = await stored("a".repeat(3_000_000));
    const answer = await get(key);
    await under.store.move(key, newKey());
    expect((await answer.text()).length).toBe(3_000_000);
  });

  test("moves between owners beside deletes of their last files succeed", async () => {
    const files = new ObjectFiles(temporaryFolder());
    const comeAndGo = async (_: unknown, n: number) => {
      for (let round = 0; round < 20; round++) {
        await files.write(`a/${n}`, (async function* () {})(), { sizeBytes: 0 }, "text/plain");
        expect(await files.move(`a/${n}`, `b/${n}`)).toBe(true);
        await files.remove(`b/${n}`);
      }
    };
    await Promise.all(Array.from({ length: 4 }, comeAndGo));
    expect(await files.list("", "", 10)).toEqual([]);
  });

  test("an object does not move to where a folder stands: both stay as they are", async () => {
    const key = await stored();
    const to = newKey();
    mkdirSync(join(under.folder, to, "x"), { recursive: true });
    await expect(under.store.move(key, to)).rejects.toThrow(StorageUnavailable);
    expect(await under.store.head(key)).toEqual({ sizeBytes: 12, contentType: "text/plain" });
  });

  test("a folder that cannot be used is StorageUnavailable, and 503 to the browser", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const store = new LocalStorage({ folder: join(file, "files"), secret: SECRET });
    const calls = [
      store.check(),
      store.head(newKey()),
      store.readRange(newKey(), 0, 1),
      store.move(newKey(), newKey()),
      store.delete(newKey()),
      store.list(""),
    ];
    for (const result of await Promise.allSettled(calls))
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(StorageUnavailable) });
    const { url, headers } = await store.presignUpload(newKey(), { contentType: "text/plain", sizeBytes: 1, expiresIn: 60 });
    const answer = await store.handle(new Request(under.at(url), { method: "PUT", headers, body: "x" }));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  });

  test("a stray file in the folder is not listed", async () => {
    const key = await stored();
    writeFileSync(join(under.folder, key, "..", "Thumbs.db"), "x");
    writeFileSync(join(under.folder, "README"), "x");
    expect(await under.store.list(key.split("/")[0] ?? "")).toEqual({ keys: [key], cursor: null });
    await under.store.list("");
  });
});

describe("as the environment says", () => {
  afterEach(() => {
    globalThis.foyerStorage = undefined;
  });

  test("one store serves the process, at the address its URLs name", async () => {
    expect(storage()).toBe(storage());
    const key = newKey();
    const upload = await storage().presignUpload(key, { contentType: "text/plain", sizeBytes: 5, expiresIn: 60 });
    const request = new Request(new URL(upload.url, "http://site.example"), { method: "PUT", headers: upload.headers, body: "hello" });
    expect((await handleStorageRequest(request)).status).toBe(200);
    expect(await storage().head(key)).toEqual({ sizeBytes: 5, contentType: "text/plain" });
  });

  test("with a foreign store, what was stored here before is served to whoever was given its URL", async () => {
    const key = newKey();
    await storage().put(key, Readable.from([Buffer.from("hello")], { objectMode: false }), { sizeBytes: 5, contentType: "text/plain" });
    globalThis.foyerStorage = new S3Storage({ bucket: "b", region: "us-east-1" });
    const options = { filename: "a.txt", contentType: "text/plain", disposition: "attachment", expiresIn: 60 } as const;
    const { url } = await storageOf("LOCAL").presignDownload(key, options);
    const answer = await handleStorageRequest(new Request(new URL(url, "http://site.example")));
    expect([answer.status, await answer.text()]).toEqual([200, "hello"]);
    const foreign = await downloadUrl(await stored());
    expect((await handleStorageRequest(new Request(foreign))).status).toBe(404);
  });

  test("a store whose settings are not there is unavailable, and says which are missing", () => {
    expect(configuredProviders()).toEqual(["LOCAL"]);
    expect(() => storageOf("S3")).toThrow(new StorageUnavailable("The S3 store is not configured: set S3_BUCKET_NAME"));
  });
});
