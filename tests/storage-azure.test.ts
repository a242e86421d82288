import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { BlobServiceClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AzureStorage } from "@/storage/azure";
import { StorageUnavailable } from "@/storage/storage";
import { listen } from "./support/listen";
import { send, startAzure } from "./support/storage";

const TEXT = "text/plain";
const newKey = () => `${randomUUID()}/${randomUUID()}`;
let under: Awaited<ReturnType<typeof startAzure>>;
beforeAll(async () => {
  under = await startAzure();
}, 120_000);
afterAll(() => under.stop());

const containerOf = () =>
  BlobServiceClient.fromConnectionString(under.service.connectionString).getContainerClient(under.service.container);
async function put(key: string, body = "hello, world"): Promise<URL> {
  const { url, headers } = await under.store.presignUpload(key, { contentType: TEXT, sizeBytes: body.length, expiresIn: 60 });
  const length = { "content-length": String(body.length) };
  expect((await send(under.at(url), { method: "PUT", headers: { ...headers, ...length }, body: Buffer.from(body) }))?.status).toBe(201);
  return under.at(url);
}

describe("what else an upload URL allows at Azure", () => {
  test("a lease keeps nothing: the object is moved and removed as any other", async () => {
    const lease = { "x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "content-length": "0" };
    for (const end of [(key: string) => under.store.delete(key), (key: string) => under.store.move(key, newKey())]) {
      const key = newKey();
      const url = await put(key);
      url.searchParams.set("comp", "lease");
      expect((await send(url, { method: "PUT", headers: lease }))?.status).toBe(201);
      await end(key);
      expect(await under.store.head(key)).toBeNull();
    }
  });

  test("an upload in parts whose blob was written in another way is not completed, and what was is what counted", async () => {
    const key = newKey();
    const { multipart } = under.store;
    const uploadId = await multipart.begin(key, { contentType: TEXT });
    const [signed] = await multipart.presign(key, uploadId, [{ number: 1, sizeBytes: 5 }], 60);
    const url = under.at(signed?.url ?? "");
    for (const name of ["comp", "blockid"]) url.searchParams.delete(name);
    const headers = { "x-ms-blob-type": "BlockBlob", "content-type": "text/html", "content-length": "5" };
    expect((await send(url, { method: "PUT", headers, body: Buffer.from("<svg>") }))?.status).toBe(201);
    expect(await multipart.complete(key, uploadId, [{ number: 1, sizeBytes: 5 }])).toBe("incomplete");
    expect(await under.store.head(key)).toBeNull();
  });
});

test("a completion that ended before the copy is finished by the next one", async () => {
  const key = newKey();
  const { multipart } = under.store;
  const uploadId = await multipart.begin(key, { contentType: TEXT });
  const block = Buffer.from("00001").toString("base64");
  const waiting = containerOf().getBlockBlobClient(`.parts/${key}/${uploadId}`);
  await waiting.stageBlock(block, "hello", 5);
  await waiting.commitBlockList([block], { blobHTTPHeaders: { blobContentType: TEXT } });
  expect(await multipart.complete(key, uploadId, [{ number: 1, sizeBytes: 5 }])).toBe("complete");
  expect([await under.store.head(key), (await multipart.list(key)).uploads]).toEqual([{ sizeBytes: 5, contentType: TEXT }, []]);
});

test("a walk through the list goes on after a restart, which forgets Azure's own markers, and passes over unfinished uploads", async () => {
  const owner = randomUUID();
  const keys = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `${owner}/${name}`);
  for (const key of keys) await put(key, "x");
  for (const key of keys) await under.store.multipart.begin(key, { contentType: TEXT });
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const restarted = new AzureStorage({ ...under.service, pageSize: 3 });
    const page: Awaited<ReturnType<AzureStorage["list"]>> = await restarted.list("", cursor);
    found.push(...page.keys);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  expect(found.filter((key) => key.startsWith(owner))).toEqual(keys);
  expect(new Set(found).size).toBe(found.length);
});

describe("a store in trouble is StorageUnavailable", () => {
  const callsTo = (store: AzureStorage) => [
    store.check(),
    store.head(newKey()),
    store.readRange(newKey(), 0, 9),
    store.move(newKey(), newKey()),
    store.list(""),
    store.multipart.begin(newKey(), { contentType: TEXT }),
    store.multipart.complete(newKey(), randomUUID(), [{ number: 1, sizeBytes: 1 }]),
  ];
  const allUnavailable = async (store: AzureStorage) => {
    for (const result of await Promise.allSettled(callsTo(store)))
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(StorageUnavailable) });
  };

  test("when the container is gone: that is no missing object", async () => {
    await allUnavailable(new AzureStorage({ ...under.service, container: "nobodys" }));
  });

  test("when nobody answers", async () => {
    const server = await listen(createServer(() => {}));
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=foyer;AccountKey=a2V5;BlobEndpoint=${server.url}/foyer;`;
    await allUnavailable(new AzureStorage({ connectionString, container: "files", timeoutMs: 300 }));
    await server.stop();
  });

  test("without the account's key it cannot be made", () => {
    expect(
      () => new AzureStorage({ connectionString: "BlobEndpoint=https://x.example.org;SharedAccessSignature=sv=x", container: "f" }),
    ).toThrow();
  });
});
