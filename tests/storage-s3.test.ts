import { execFile } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { S3Storage } from "@/storage/s3";
import { StorageUnavailable } from "@/storage/storage";
import { listen } from "./support/listen";
import { type S3Server, startSwift } from "./support/swift";

const KEY = "owner/file";
const TIMEOUT_MS = 700;
/** A copy may take four times the limit, on a machine that does much else; without a limit these would take a minute or for ever. */
const SOON_MS = 20_000;
const storeAt = (endpoint: string, more: { bucket?: string; secretAccessKey?: string } = {}) =>
  new S3Storage({
    endpoint,
    bucket: more.bucket ?? "bucket",
    region: "us-east-1",
    forcePathStyle: true,
    timeoutMs: TIMEOUT_MS,
    credentials: { accessKeyId: "test:tester", secretAccessKey: more.secretAccessKey ?? "testing" },
  });
const callsTo = (store: S3Storage) => [
  store.check(),
  store.head(KEY),
  store.readRange(KEY, 0, 9),
  store.move(KEY, "owner/other"),
  store.delete(KEY),
  store.list(""),
];

async function allUnavailable(store: S3Storage): Promise<void> {
  const started = Date.now();
  for (const result of await Promise.allSettled(callsTo(store)))
    expect(result).toMatchObject({ status: "rejected", reason: expect.any(StorageUnavailable) });
  expect(Date.now() - started).toBeLessThan(SOON_MS);
}

async function withServer(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = await listen(createServer(listener));
  try {
    await use(server.url);
  } finally {
    await server.stop();
  }
}

describe("a store in trouble is StorageUnavailable, soon", () => {
  test("when nobody listens", async () => {
    const server = await listen(createServer());
    await server.stop();
    await allUnavailable(storeAt(server.url));
  });

  test("when it accepts and never answers", async () => {
    await withServer(
      () => {},
      (url) => allUnavailable(storeAt(url)),
    );
  });

  test("when it answers 500, 503 or nonsense", async () => {
    for (const status of [500, 503, 418]) {
      await withServer(
        (_, answer) => void answer.writeHead(status).end("<not xml"),
        (url) => allUnavailable(storeAt(url)),
      );
    }
  });

  test("when it hangs up", async () => {
    const server = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    await allUnavailable(storeAt(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`));
    server.close();
  });

  test.each([
    ["stops half-way", false],
    ["comes a byte at a time", true],
  ])("when a body %s", async (_, drips) => {
    const slow: RequestListener = (_request, answer) => {
      answer.writeHead(206, { "content-length": "1000", "content-range": "bytes 0-999/1000" }).write("x");
      const drip = setInterval(() => drips && answer.write("x"), 50);
      answer.on("close", () => clearInterval(drip));
    };
    const started = Date.now();
    await withServer(slow, async (url) => {
      await expect(storeAt(url).readRange(KEY, 0, 999)).rejects.toThrow(StorageUnavailable);
    });
    expect(Date.now() - started).toBeLessThan(SOON_MS);
  });

  test("after one failed answer it is asked again", async () => {
    let asked = 0;
    await withServer(
      (_, answer) => void answer.writeHead(asked++ === 0 ? 503 : 200, { "content-length": "7", "content-type": "text/plain" }).end(),
      async (url) => {
        expect(await storeAt(url).head(KEY)).toEqual({ sizeBytes: 7, contentType: "text/plain" });
      },
    );
    expect(asked).toBe(2);
  });
});

describe("a copy", () => {
  const asked: string[] = [];
  const answering = (status: number, body: string): RequestListener => {
    asked.length = 0;
    return (request, answer) => {
      asked.push(`${request.method} ${request.url?.split("?")[0]} ${request.headers["x-amz-copy-source"] ?? ""}`.trim());
      answer
        .writeHead(request.method === "PUT" ? status : 204, { "content-type": "application/xml" })
        .end(request.method === "PUT" ? body : "");
    };
  };

  test("names its source encoded, keeps what the source has, and only then is the source deleted", async () => {
    await withServer(answering(200, '<CopyObjectResult><ETag>"a"</ETag></CopyObjectResult>'), async (url) => {
      expect(await storeAt(url, { bucket: "my bucket" }).move(KEY, "owner/other")).toBe(true);
    });
    expect(asked).toEqual(["PUT /my%20bucket/owner/other my%20bucket/owner/file", "DELETE /my%20bucket/owner/file"]);
  });

  test.each([
    ["500", 500, "<Error><Code>InternalError</Code></Error>"],
    ["200 with an error in it, as Amazon may", 200, "<Error><Code>InternalError</Code></Error>"],
  ])("that is answered %s is asked for once, fails, and its source stays", async (_, status, body) => {
    await withServer(answering(status, body), async (url) => {
      await expect(storeAt(url).move(KEY, "owner/other")).rejects.toThrow(StorageUnavailable);
    });
    expect(asked).toEqual(["PUT /bucket/owner/other bucket/owner/file"]);
  });

  test("that is answered 404 while its bucket is there has no source, whatever the answer calls it", async () => {
    await withServer(answering(404, "<Error><Code>NoSuchBucket</Code></Error>"), async (url) => {
      expect(await storeAt(url).move(KEY, "owner/other")).toBe(false);
    });
    expect(asked).toEqual(["PUT /bucket/owner/other bucket/owner/file", "HEAD /bucket/"]);
  });
});

test("a store that answers 404 to the deletion of nothing is as good as one that answers 204", async () => {
  const absent: RequestListener = (_, answer) =>
    void answer.writeHead(404, { "content-type": "application/xml" }).end("<Error><Code>NoSuchKey</Code></Error>");
  await withServer(absent, (url) => storeAt(url).delete(KEY));
  const lost: RequestListener = (_, answer) =>
    void answer.writeHead(404, { "content-type": "application/xml" }).end("<Error><Code>NoSuchBucket</Code></Error>");
  await withServer(lost, async (url) => {
    await expect(storeAt(url).delete(KEY)).rejects.toThrow(StorageUnavailable);
  });
});

describe("a store set up wrongly is not mistaken for an empty one", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startSwift();
  }, 120_000);
  afterAll(() => server.stop());

  test("a bucket that is not there", async () => {
    await allUnavailable(storeAt(server.endpoint, { bucket: "no-such-bucket" }));
  });

  test("a wrong secret", async () => {
    await allUnavailable(storeAt(server.endpoint, { bucket: server.bucket, secretAccessKey: "wrong" }));
  });

  test("a URL signed with another secret is refused", async () => {
    const { url, headers } = await storeAt(server.endpoint, { bucket: server.bucket, secretAccessKey: "wrong" }).presignUpload(KEY, {
      contentType: "text/plain",
      sizeBytes: 5,
      expiresIn: 60,
    });
    expect((await fetch(url, { method: "PUT", headers, body: "hello" })).status).toBe(403);
    expect(await storeAt(server.endpoint, { bucket: server.bucket }).head(KEY)).toBeNull();
  });
});

describe("in a browser at another origin", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startSwift();
  }, 120_000);
  afterAll(() => server.stop());

  test("an upload may carry the headers it was handed", async () => {
    const store = storeAt(server.endpoint, { bucket: server.bucket });
    const { url, method, headers } = await store.presignUpload(KEY, { contentType: "text/plain", sizeBytes: 5, expiresIn: 60 });
    const origin = "https://foyer.example";
    const names = Object.keys(headers).toSorted();
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": method, "access-control-request-headers": names.join(",") },
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get("access-control-allow-headers")?.split(", ").toSorted()).toEqual(names);
    const answer = await fetch(url, { method, headers: { ...headers, origin }, body: "hello" });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
  });
});

test("the SDK's notice of Node versions is silenced, and its switch left as it was", async () => {
  const script = `
    const { S3Storage } = await import("./src/storage/s3.ts");
    new S3Storage({ bucket: "b", region: "us-east-1" });
    process.stdout.write(String(process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED));`;
  const { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: _, ...environment } = process.env;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  expect(await promisify(execFile)(process.execPath, args, { env: environment })).toEqual({ stdout: "undefined", stderr: "" });
});

describe("what is signed", () => {
  test("an upload's length, type and host, and no checksum of an empty body", async () => {
    const { url } = await storeAt("http://127.0.0.1:1").presignUpload(KEY, { contentType: "text/plain", sizeBytes: 5, expiresIn: 60 });
    const { searchParams } = new URL(url);
    expect(searchParams.get("X-Amz-SignedHeaders")).toBe("content-length;content-type;host");
    expect(searchParams.get("X-Amz-Expires")).toBe("60");
    expect([...searchParams.keys()].filter((name) => /checksum|crc/i.test(name))).toEqual([]);
  });
});
