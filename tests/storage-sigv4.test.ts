import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { presentation } from "@/storage/presentation";
import { S3Storage, withoutNodeNotice } from "@/storage/s3";
import { S3Presigner } from "@/storage/s3-presigner";
import { SigV4Signer } from "@/storage/sigv4";
import { type S3Server, startSwift } from "./support/swift";

const REGION = "eu-west-3";
const clientOf = (options: object) =>
  withoutNodeNotice(
    () =>
      new S3Client({
        region: REGION,
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
        ...options,
      }),
  );
const addressOf = (url: string, key: string) => url.split("?")[0]?.slice(0, -key.length - 1) ?? "";

const word = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/);
const keys = fc.tuple(word, word).map(([owner, name]) => `${owner}/${name}`);
const moments = fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
const lives = fc.integer({ min: 1, max: 3600 });
const types = fc.constantFrom("image/png", "text/plain", "text/csv", "text/plain; charset=utf-8", "application/epub+zip");
const credentials = fc.record({
  accessKeyId: fc.string({ minLength: 1, maxLength: 30, unit: "grapheme-ascii" }),
  secretAccessKey: fc.string({ minLength: 1, maxLength: 60 }),
  sessionToken: fc.option(fc.base64String({ minLength: 4, maxLength: 400 }), { nil: undefined }),
});
/** Buckets in the host name and in the path, at Amazon and elsewhere, with a port and below a path. */
const places = fc.constantFrom(
  { bucket: "bucket" },
  { bucket: "bucket", forcePathStyle: true },
  { bucket: "dotted.bucket.name" },
  { bucket: "bucket", endpoint: "http://127.0.0.1:8080" },
  { bucket: "bucket", endpoint: "https://store.example" },
  { bucket: "bucket", endpoint: "https://store.example:9000/base/of it", forcePathStyle: true },
  { bucket: "bucket", endpoint: "http://store.example:9000/base/" },
  { bucket: "my bucket é", endpoint: "http://[::1]:9000", forcePathStyle: true },
);
const names = fc.oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.string({ unit: "binary", maxLength: 40 }));

describe("a URL is the SDK's, byte for byte", () => {
  test("for downloads, whatever the bucket, the keys, the moment and the name of the file", async () => {
    const samples = fc.record({ place: places, keys: credentials, key: keys, now: moments, expiresIn: lives, type: types, name: names });
    await fc.assert(
      fc.asyncProperty(samples, async ({ place: { bucket, ...place }, keys, key, now, expiresIn, type, name }) => {
        const headers = presentation({ filename: name, contentType: type, disposition: "inline" });
        const command = new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ResponseContentType: headers.contentType,
          ResponseContentDisposition: headers.contentDisposition,
          ResponseCacheControl: "private, no-store",
        });
        const expected = await getSignedUrl(clientOf({ ...place, credentials: keys }), command, { expiresIn, signingDate: now });
        const signer = new SigV4Signer({ url: addressOf(expected, key), region: REGION }, keys);
        const answer = { ...headers, cacheControl: "private, no-store" };
        expect(signer.get(key, answer, expiresIn, now)).toBe(expected);
        // The key of another day is another one, and that of this day is still there.
        expect(signer.get(key, answer, expiresIn, new Date(now.getTime() + 86_400_000))).not.toBe(expected);
        expect(signer.get(key, answer, expiresIn, now)).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });

  test("for uploads, with their length and type", async () => {
    const sizes = fc.integer({ min: 0, max: 5_000_000_000 });
    const samples = fc.record({ place: places, keys: credentials, key: keys, now: moments, expiresIn: lives, type: types, size: sizes });
    await fc.assert(
      fc.asyncProperty(samples, async ({ place: { bucket, ...place }, keys, key, now, expiresIn, type, size }) => {
        const command = new PutObjectCommand({ Bucket: bucket, Key: key, ContentType: type, ContentLength: size });
        const signableHeaders = new Set(["content-type", "content-length", "host"]);
        const options = { expiresIn, signingDate: now, signableHeaders };
        const expected = await getSignedUrl(clientOf({ ...place, credentials: keys }), command, options);
        const signer = new SigV4Signer({ url: addressOf(expected, key), region: REGION }, keys);
        expect(signer.put(key, { contentType: type, sizeBytes: size }, expiresIn, now)).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the driver's URLs for downloads", () => {
  const DAY = 86_400_000;
  const lent = (accessKeyId: string, ms: number) => ({
    accessKeyId,
    secretAccessKey: "secret",
    sessionToken: "token",
    expiration: new Date(Date.now() + ms),
  });
  const headers = { contentType: "text/plain" };
  const signerOf = (url: string) => new URL(url).searchParams.get("X-Amz-Credential")?.split("/")[0];

  test("are signed with what a role lends, fetched once while it is good and anew shortly before it ends", async () => {
    let asked = 0;
    const provider = async () => lent(`KEY${++asked}`, asked === 1 ? 2_000 : DAY);
    const presigner = new S3Presigner(clientOf({ credentials: provider }), "bucket");
    const urls = [];
    for (let n = 0; n < 5; n++) urls.push(await presigner.download("owner/file", headers, 60));
    expect(new Set(urls.slice(1).map(signerOf)).size).toBe(1);
    expect(asked).toBeLessThanOrEqual(3);
    expect(urls.every((url) => url.includes("X-Amz-Security-Token=token"))).toBe(true);
  });

  test("fail while nobody lends anything, and come once somebody does", async () => {
    let isDown = true;
    const provider = async () => {
      if (isDown) throw new Error("no credentials");
      return lent("KEY", DAY);
    };
    const presigner = new S3Presigner(clientOf({ credentials: provider }), "bucket");
    await expect(presigner.download("owner/file", headers, 60)).rejects.toThrow("no credentials");
    isDown = false;
    expect(signerOf(await presigner.download("owner/file", headers, 60))).toBe("KEY");
  });

  test.each([
    ["arn:aws:s3:us-west-2:123456789012:accesspoint/point", "https://point-123456789012.s3-accesspoint.us-west-2.amazonaws.com/owner/file"],
    ["arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", null],
  ])("of %s are the SDK's", async (bucket, address) => {
    const client = clientOf({ credentials: { accessKeyId: "KEY", secretAccessKey: "secret" } });
    const ours = await new S3Presigner(client, bucket).download("owner/file", headers, 60).catch(String);
    const command = new GetObjectCommand({ Bucket: bucket, Key: "owner/file", ResponseContentType: "text/plain" });
    const theirs = await getSignedUrl(client, command, { expiresIn: 60 }).catch(String);
    expect(ours.split("?")[0]).toBe(theirs.split("?")[0]);
    if (address) expect(ours).toContain(`${address}?`);
    if (address) expect(ours).toContain("us-west-2%2Fs3%2Faws4_request");
  });
});

describe("a real S3 server", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startSwift();
  }, 120_000);
  afterAll(() => server.stop());

  test("takes what a signed PUT says and nothing else, and gives it back under a signed GET with its headers", async () => {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = server;
    const at = { url: `${endpoint}/${bucket}`, region: "us-east-1" };
    const signer = new SigV4Signer(at, { accessKeyId, secretAccessKey });
    const url = signer.put("owner/file", { contentType: "text/plain", sizeBytes: 5 }, 60);
    const put = (body: string, type: string) => fetch(url, { method: "PUT", body, headers: { "content-type": type } });
    expect([(await put("hello!", "text/plain")).status, (await put("hello", "text/html")).status]).toEqual([403, 403]);
    expect((await put("hello", "text/plain")).status).toBe(200);
    const headers = { contentType: "text/csv", contentDisposition: `attachment; filename="a'(b)*! ~.csv"`, cacheControl: "no-store" };
    const got = await fetch(signer.get("owner/file", headers, 60));
    expect([got.status, await got.text(), got.headers.get("content-type")]).toEqual([200, "hello", "text/csv"]);
    expect(got.headers.get("content-disposition")).toBe(headers.contentDisposition);
    const old = signer.get("owner/file", headers, 60, new Date(Date.now() - 120_000));
    expect((await fetch(old)).status).toBe(403);
    const wrong = new SigV4Signer(at, { accessKeyId, secretAccessKey: "wrong" });
    expect((await fetch(wrong.get("owner/file", headers, 60))).status).toBe(403);
    const store = new S3Storage({
      endpoint,
      bucket,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    const file = { filename: "é.txt", contentType: "text/plain", disposition: "attachment", expiresIn: 60 } as const;
    const issued = await store.presignDownload("owner/file", file);
    expect(await (await fetch(issued.url)).text()).toBe("hello");
  });
});
