import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partBytesFor, partsOf } from "@/storage/parts";
import { type Multipart, type Part, type Storage, StorageUnavailable } from "@/storage/storage";
import { type StoreUnderTest, send, startAzure, startLocal, startS3 } from "./support/storage";

const TYPE = "application/zip";
/** The least that S3 takes for a part that is not the last. */
const PART_BYTES = 5 * 1024 * 1024;
const newKey = () => `${randomUUID()}/${randomUUID()}`;
const small = (...sizes: number[]): Part[] => sizes.map((sizeBytes, n) => ({ number: n + 1, sizeBytes }));

/** S3 itself is what tests/storage.test.ts starts: here the same driver goes by its other name. */
describe.each([
  ["LOCAL", startLocal],
  ["GCS", () => startS3("GCS")],
  ["AZURE", startAzure],
])("%s", (provider, start) => {
  let under: StoreUnderTest;
  let store: Storage;
  let multipart: Multipart;
  beforeAll(async () => {
    under = await start();
    store = under.store;
    multipart = store.multipart;
  }, 120_000);
  afterAll(() => under.stop());

  const begin = (key: string) => multipart.begin(key, { contentType: TYPE });
  async function put(key: string, uploadId: string, part: Part, body: Uint8Array, change: (url: URL) => void = () => {}) {
    const [signed] = await multipart.presign(key, uploadId, [part], 60);
    const url = under.at(signed?.url ?? "");
    change(url);
    const headers = { ...signed?.headers, "content-length": String(body.byteLength) };
    return (await send(url, { method: "PUT", headers, body }))?.status ?? 0;
  }
  const keysOf = async (key: string) => (await store.list(key)).keys;
  const content = async (key: string) => Buffer.from((await store.readRange(key, 0, 20_000_000)) ?? "absent");

  test("a file in parts is there once it is completed, whole, with its type, and not before", async () => {
    expect(store.provider).toBe(provider);
    const key = newKey();
    const body = randomBytes(2 * PART_BYTES + 1000);
    const parts = partsOf(body.byteLength, PART_BYTES);
    const uploadId = await begin(key);
    expect(await multipart.arrived(key, uploadId)).toEqual([]);
    // The second one comes last, and twice: what came last counts.
    expect(await put(key, uploadId, { number: 2, sizeBytes: 4 }, Buffer.from("lost"))).toBeLessThan(300);
    for (const { number, sizeBytes } of parts.toReversed()) {
      const from = (number - 1) * PART_BYTES;
      expect(await put(key, uploadId, { number, sizeBytes }, body.subarray(from, from + sizeBytes))).toBeLessThan(300);
    }
    expect(await multipart.arrived(key, uploadId)).toEqual(parts);
    expect([await store.head(key), await keysOf(key)]).toEqual([null, []]);
    expect(await multipart.complete(key, uploadId, parts)).toBe("complete");
    expect(await store.head(key)).toEqual({ sizeBytes: body.byteLength, contentType: TYPE });
    expect((await content(key)).equals(body)).toBe(true);
    expect([await keysOf(key), (await multipart.list(key)).uploads]).toEqual([[key], []]);
    const to = newKey();
    expect([await store.move(key, to), (await content(to)).equals(body)]).toEqual([true, true]);
  });

  test("where a part is missing, or of another length, nothing is completed until it has come", async () => {
    const key = newKey();
    const uploadId = await begin(key);
    const parts = small(PART_BYTES, 5);
    await put(key, uploadId, { number: 1, sizeBytes: PART_BYTES }, randomBytes(PART_BYTES));
    expect(await multipart.complete(key, uploadId, parts)).toBe("incomplete");
    await put(key, uploadId, { number: 2, sizeBytes: 4 }, Buffer.from("four"));
    expect(await multipart.complete(key, uploadId, parts)).toBe("incomplete");
    expect([await store.head(key), await multipart.arrived(key, uploadId)]).toEqual([null, small(PART_BYTES, 4)]);
    await put(key, uploadId, { number: 2, sizeBytes: 5 }, Buffer.from("fives"));
    expect(await multipart.complete(key, uploadId, parts)).toBe("complete");
    expect((await content(key)).subarray(PART_BYTES).toString()).toBe("fives");
  });

  test("an upload that is aborted leaves nothing, its URLs bring nothing back, and aborting it again succeeds", async () => {
    const key = newKey();
    const uploadId = await begin(key);
    await put(key, uploadId, { number: 1, sizeBytes: 5 }, Buffer.from("hello"));
    await multipart.abort(key, uploadId);
    await put(key, uploadId, { number: 1, sizeBytes: 5 }, Buffer.from("hello"));
    expect(await multipart.complete(key, uploadId, small(5))).toBe("absent");
    expect([await multipart.arrived(key, uploadId), await store.head(key), await keysOf(key)]).toEqual([null, null, []]);
    await multipart.abort(key, uploadId);
    expect((await multipart.list(key)).uploads).toEqual([]);
  });

  test("once it is completed, no URL of a part changes the object, and completing it again changes nothing", async () => {
    const key = newKey();
    const uploadId = await begin(key);
    await put(key, uploadId, { number: 1, sizeBytes: 5 }, Buffer.from("hello"));
    expect(await multipart.complete(key, uploadId, small(5))).toBe("complete");
    const put2 = await put(key, uploadId, { number: 2, sizeBytes: 5 }, Buffer.from("other"));
    expect([put2 < 300, (await content(key)).toString()]).toEqual([provider !== "LOCAL", "hello"]);
    // S3 says again what it has said: its answer might have got lost.
    expect(["absent", "complete"]).toContain(await multipart.complete(key, uploadId, small(5)));
    await multipart.abort(key, uploadId);
    await put(key, uploadId, { number: 1, sizeBytes: 5 }, Buffer.from("other"));
    // Swift takes the part, sees that it is another, and will not read the object any more; the others refuse it.
    expect(await content(key).catch((error: Error) => error)).toEqual(
      provider === "GCS" ? expect.any(StorageUnavailable) : Buffer.from("hello"),
    );
    expect(await keysOf(key)).toEqual([key]);
  });

  test("twenty parts at once, and two completions: one object", async () => {
    const key = newKey();
    const uploadId = await begin(key);
    const parts = small(...Array.from({ length: 20 }, (_, n) => n + 1));
    const statuses = await Promise.all(parts.map((part) => put(key, uploadId, part, Buffer.alloc(part.sizeBytes, part.number))));
    expect(new Set(statuses.map((status) => status < 300))).toEqual(new Set([true]));
    expect(await multipart.arrived(key, uploadId)).toEqual(parts);
    await multipart.abort(key, uploadId);
    const again = await begin(key);
    await put(key, again, { number: 1, sizeBytes: 5 }, Buffer.from("hello"));
    const ends = await Promise.allSettled([1, 2].map(() => multipart.complete(key, again, small(5))));
    expect(ends.map((end) => end.status === "fulfilled" && end.value)).toContain("complete");
    expect((await content(key)).toString()).toBe("hello");
  });

  test("a part of another length than was signed is refused, or, where the store signs none, keeps the whole from being completed", async () => {
    const key = newKey();
    const uploadId = await begin(key);
    for (const body of ["hello!", "hell"]) {
      const status = await put(key, uploadId, { number: 1, sizeBytes: 5 }, Buffer.from(body));
      if (provider !== "AZURE") expect(status).toBeGreaterThanOrEqual(400);
      expect(await multipart.complete(key, uploadId, small(5))).toBe("incomplete");
    }
    expect(await store.head(key)).toBeNull();
    await multipart.abort(key, uploadId);
  });

  test("the URL of a part is signed, and good for PUTs of that part", async () => {
    const key = newKey();
    const uploadId = await begin(key);
    const [signed] = await multipart.presign(key, uploadId, [{ number: 1, sizeBytes: 5 }], 60);
    const { searchParams } = under.at(signed?.url ?? "");
    const hello = Buffer.from("hello");
    // Azure signs for the folder of the parts, and not which of them: complete looks at all of them.
    const unsigned = provider === "AZURE" ? ["comp", "blockid"] : [];
    for (const name of [...searchParams.keys()].filter((name) => !unsigned.includes(name))) {
      const change = (url: URL) => {
        const value = url.searchParams.get(name) ?? "";
        url.searchParams.set(name, value.slice(0, -1) + (value.endsWith("4") ? "8" : "4"));
      };
      expect(await put(key, uploadId, { number: 1, sizeBytes: 5 }, hello, change)).toBeGreaterThanOrEqual(400);
    }
    expect((await send(under.at(signed?.url ?? ""), { method: "GET" }))?.status).toBeGreaterThanOrEqual(400);
    expect((await send(under.at(signed?.url ?? ""), { method: "DELETE" }))?.status).toBeGreaterThanOrEqual(400);
    expect(await multipart.arrived(key, uploadId)).toEqual([]);
    await multipart.abort(key, uploadId);
  });

  test("unfinished uploads are listed by key, a page at a time, and objects are not among them", async () => {
    const owner = randomUUID();
    const keys = ["a", "b", "b", "c", "d"].map((name) => `${owner}/${name}`);
    const begun: string[] = [];
    for (const key of keys) begun.push(`${key} ${await begin(key)}`);
    await begin(newKey());
    const found: { key: string; uploadId: string }[] = [];
    let cursor: string | undefined;
    do {
      const page: Awaited<ReturnType<Multipart["list"]>> = await multipart.list(`${owner}/`, cursor);
      expect(page.uploads.length).toBeLessThanOrEqual(3);
      found.push(...page.uploads);
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(found.map(({ key }) => key)).toEqual(keys);
    expect(found.map(({ key, uploadId }) => `${key} ${uploadId}`).sort()).toEqual(begun.sort());
    expect((await store.list(`${owner}/`)).keys).toEqual([]);
    for (const { key, uploadId } of found) await multipart.abort(key, uploadId);
    expect((await multipart.list(`${owner}/`)).uploads).toEqual([]);
  });

  test("an upload is its key's, and an id that no store gave out is none", async () => {
    const [key, other] = [newKey(), newKey()];
    const uploadId = await begin(key);
    await put(key, uploadId, { number: 1, sizeBytes: 5 }, Buffer.from("hello"));
    for (const [at, id] of [
      [other, uploadId],
      [key, randomUUID()],
      [key, "../../etc"],
    ] as const) {
      expect([await multipart.arrived(at, id), await multipart.complete(at, id, small(5))]).toEqual([null, "absent"]);
      await multipart.abort(at, id);
    }
    expect(await multipart.complete(key, uploadId, small(5))).toBe("complete");
  });

  test("keys, ids, parts and lifetimes that no correct caller passes are refused", async () => {
    const id = randomUUID();
    const calls = [
      begin("../a"),
      multipart.begin(newKey(), { contentType: "text" }),
      multipart.presign("a", id, small(1), 60),
      multipart.presign(newKey(), "a b", small(1), 60),
      multipart.presign(newKey(), id, small(1), 3601),
      ...[
        [],
        small(0),
        small(1.5),
        small(6e9),
        [{ number: 0, sizeBytes: 1 }],
        [{ number: 10_001, sizeBytes: 1 }],
        [...small(1), ...small(1)],
      ].map((parts) => multipart.presign(newKey(), id, parts, 60)),
      multipart.complete(newKey(), id, []),
      multipart.complete("a", id, small(1)),
      multipart.arrived(newKey(), ""),
      multipart.abort(newKey(), "a\nb"),
      multipart.list("../"),
      multipart.list("", "no cursor at all "),
    ];
    for (const result of await Promise.allSettled(calls))
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(TypeError) });
  });
});

test("a file of any size that is taken has at most 10,000 parts, which make the whole of it", () => {
  for (const sizeBytes of [1, 16 * 1024 * 1024, 16 * 1024 * 1024 + 1, 5e9, 1e12]) {
    const partBytes = partBytesFor(sizeBytes);
    const parts = partsOf(sizeBytes, partBytes);
    expect(parts.length).toBeLessThanOrEqual(10_000);
    expect(partBytes).toBeGreaterThanOrEqual(sizeBytes > 64 * 8 * 1024 * 1024 ? 16 * 1024 * 1024 : 8 * 1024 * 1024);
    expect(parts.reduce((sum, part) => sum + part.sizeBytes, 0)).toBe(sizeBytes);
  }
  expect(partsOf(10, 4)).toEqual(small(4, 4, 2));
});
