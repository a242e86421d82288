import { spawn } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { isStillSignedIn } from "@/access/bearer";
import { GET } from "@/app/api/files/[id]/route";
import { removeObjects } from "@/features/files/removed-objects";
import { db } from "@/lib/db";
import { handleStorageRequest, storage, storageOf } from "@/storage";
import type { Storage } from "@/storage/storage";
import { main as storageCommand } from "../scripts/storage";
import { moveObjects } from "../scripts/storage-move-run";
import { admin, file, person } from "./support/people";
import { temporaryFolder } from "./support/postgres";
import { signedIn } from "./support/request";
import { type S3Server, startSwift } from "./support/swift";

let server: S3Server;
const folder = temporaryFolder();

beforeAll(async () => {
  server = await startSwift();
  const { endpoint, bucket, accessKeyId, secretAccessKey } = server;
  // Read at the first use, which comes later: files lie here, and S3 is configured beside it.
  Object.assign(process.env, {
    FOYER_DATA: folder,
    STORAGE_PROVIDER: "LOCAL",
    S3_BUCKET_NAME: bucket,
    S3_FORCE_PATH_STYLE: "true",
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
}, 120_000);
afterAll(() => server.stop());
afterEach(async () => {
  vi.restoreAllMocks();
  await db().file.deleteMany();
  await db().dataExport.deleteMany();
  await db().peopleJob.deleteMany();
  await due();
  await removeObjects();
  expect(await db().storageDeletion.count()).toBe(0);
  // Whatever happened, nothing is left behind anywhere that no row named.
  for (const provider of ["LOCAL", "S3"] as const) expect((await storageOf(provider).list("")).keys).toEqual([]);
});

const due = () => db().storageDeletion.updateMany({ data: { notBefore: new Date(), uploadExpiresAt: null } });
const put = (store: Storage, key: string, bytes: Uint8Array) =>
  store.put(key, Readable.from([bytes], { objectMode: false }), { sizeBytes: bytes.byteLength, contentType: "text/plain" });

/** Files of one person with their bytes, and what they hold. */
async function stored(count: number, sizeBytes = 1_000) {
  const owner = await person();
  const rows = [];
  for (let n = 0; n < count; n++) {
    const bytes = randomBytes(sizeBytes);
    const row = await file(owner, { sizeBytes: BigInt(sizeBytes), contentType: "text/plain" });
    await put(storage(), row.key, bytes);
    rows.push({ ...row, sha256: sha256(bytes) });
  }
  return { owner, rows };
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const move = (to: Storage["provider"]) => moveObjects(to, () => undefined);
const providers = async () =>
  (await db().file.groupBy({ by: ["provider"], _count: true })).map(({ provider, _count }) => [provider, _count]);

/** What a person gets who follows the link of the file. */
async function downloaded(owner: { id: string; email: string }, id: string): Promise<string> {
  const window = await signedIn(owner as Parameters<typeof signedIn>[0]);
  const { headers } = await window.fetch(GET, `/api/files/${id}`, { params: { id } });
  const url = headers.get("location") ?? "";
  const answer = url.startsWith("/")
    ? await handleStorageRequest(new Request(new URL(url, "http://site.example")), isStillSignedIn)
    : await fetch(url);
  return sha256(new Uint8Array(await answer.arrayBuffer()));
}

async function said(args: string[]): Promise<{ code: number; output: string }> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await storageCommand(["move", ...args]);
    return { code, output: write.mock.calls.join("") };
  } finally {
    write.mockRestore();
  }
}

describe("npm run storage:move", () => {
  test("takes files, archives and exports to the other store, byte for byte, and back; links and reads go on all the time", async () => {
    const { owner, rows } = await stored(3, 50_000);
    const upload = `${owner.id}/${randomUUID()}`;
    const moved = await file(owner, { key: `${upload}-${randomUUID()}`, uploadKey: upload, uploadExpiresAt: new Date(), sizeBytes: 5n });
    await put(storage(), moved.key, Buffer.from("hello"));
    const pending = `${owner.id}/${randomUUID()}`;
    await file(owner, { status: "PENDING", key: pending, uploadKey: pending, uploadExpiresAt: new Date(Date.now() + 60_000) });
    const expiresAt = new Date(Date.now() + 60_000);
    const archive = await db().dataExport.create({ data: { userId: owner.id, status: "READY", expiresAt, provider: "LOCAL" } });
    const objectKey = `people-jobs/${randomUUID()}`;
    const job = {
      kind: "EXPORT",
      status: "DONE",
      createdById: (await admin()).id,
      params: {},
      objectKey,
      provider: "LOCAL",
      expiresAt,
    } as const;
    const { id: jobId } = await db().peopleJob.create({ data: job });
    for (const key of [`${owner.id}/${archive.id}`, objectKey]) await put(storage(), key, Buffer.from("made"));
    const old = await storage().presignDownload(moved.key, {
      filename: "a.txt",
      contentType: "text/plain",
      disposition: "attachment",
      expiresIn: 60,
    });

    expect(await said(["--to", "s3", "--dry-run"])).toMatchObject({ code: 0, output: expect.stringContaining("LOCAL has 6 objects") });
    expect(await providers()).toEqual([["LOCAL", 5]]);
    const first = await said(["--to", "s3"]);
    // The upload under way stays, and so does what new files go to: both are said.
    expect([first.code, first.output]).toEqual([
      1,
      expect.stringMatching(/Moved 6 objects[\s\S]*1 upload, archive or export is[\s\S]*STORAGE_PROVIDER=S3/),
    ]);
    for (const { id, sha256: digest } of rows) expect(await downloaded(owner, id)).toBe(digest);
    expect(await db().file.findUniqueOrThrow({ where: { id: moved.id } })).toMatchObject({ provider: "S3", uploadKey: null });
    expect((await db().peopleJob.findUniqueOrThrow({ where: { id: jobId } })).provider).toBe("S3");
    // The links that were handed out live on; then the old objects go, and only those.
    await removeObjects();
    expect(await (await handleStorageRequest(new Request(new URL(old.url, "http://site.example")), isStillSignedIn)).text()).toBe("hello");
    await db().file.deleteMany({ where: { status: "PENDING" } });
    await due();
    await removeObjects();
    expect([(await storage().list("")).keys, (await storageOf("S3").list("")).keys]).toMatchObject([[], { length: 6 }]);
    expect(await db().auditEvent.findFirst({ where: { action: "storage.moved" } })).toMatchObject({
      subjectId: "S3",
      after: { objects: 6 },
    });

    // Back, while the old objects of the way there still wait for their removal: they must not take the new ones along.
    expect(await move("LOCAL")).toMatchObject({ moved: 6, missing: [], failed: [] });
    expect(await move("S3")).toMatchObject({ moved: 6, wereThere: 6 });
    expect(await move("LOCAL")).toMatchObject({ moved: 6, wereThere: 6 });
    await due();
    await removeObjects();
    expect([(await storage().list("")).keys, (await storageOf("S3").list("")).keys]).toMatchObject([{ length: 6 }, []]);
    for (const { id, sha256: digest } of rows) expect(await downloaded(owner, id)).toBe(digest);
  });

  test("killed anywhere, again and again, goes on and loses and doubles nothing", { timeout: 120_000 }, async () => {
    const { owner, rows } = await stored(36, 20_000);
    const { PATH, HOME, ...environment } = process.env;
    const env = { PATH, HOME, ...environment, NODE_ENV: "test" as const };
    const done = () => db().file.count({ where: { provider: "S3" } });
    let [before, kills] = [0, 0];
    for (; kills < 2; kills++) {
      const child = spawn(process.execPath, ["scripts/run.mjs", "storage", "move", "--to", "s3"], { env, stdio: "ignore" });
      const ended = once(child, "close");
      await vi.waitFor(async () => expect((await done()) > before || child.exitCode !== null).toBe(true), { timeout: 60_000, interval: 5 });
      child.kill("SIGKILL");
      await ended;
      before = await done();
      if (kills === 0) expect(before).toBeLessThan(rows.length);
    }
    expect(await move("S3")).toMatchObject({ missing: [], failed: [], gone: 0, moved: rows.length - before });
    expect(await providers()).toEqual([["S3", rows.length]]);
    // What the killed ones had copied, and written down for removal, is not removed.
    await due();
    await removeObjects();
    expect([(await storage().list("")).keys, (await storageOf("S3").list("")).keys.toSorted()]).toEqual([
      [],
      rows.map(({ key }) => key).toSorted(),
    ]);
    for (const { id, sha256: digest } of rows.slice(0, 5)) expect(await downloaded(owner, id)).toBe(digest);
  });

  test("stopped before each step, leaves a row that is read and nothing that is not removed", async () => {
    const { owner, rows } = await stored(2);
    const [row] = rows;
    const s3 = storageOf("S3");
    const stops: [string, () => void][] = [
      ["before the copy", () => vi.spyOn(s3, "put").mockRejectedValue(new Error("killed"))],
      ["before it is read back", () => vi.spyOn(s3, "readRange").mockRejectedValue(new Error("killed"))],
      ["with the bytes changed on the way", () => vi.spyOn(s3, "readRange").mockResolvedValue(new Uint8Array(1_000))],
    ];
    for (const [when, stop] of stops) {
      stop();
      expect(await move("S3"), when).toMatchObject({ moved: 0, failed: [{}, {}] });
      vi.restoreAllMocks();
      expect([await providers(), await downloaded(owner, row?.id ?? "")], when).toEqual([[["LOCAL", 2]], row?.sha256]);
    }
    await db().file.delete({ where: { id: row?.id ?? "" } });
    await due();
    await removeObjects();
    expect([(await s3.list("")).keys, (await storage().list("")).keys]).toMatchObject([[], { length: 1 }]);
  });

  test("a file that is deleted while it is copied is deleted in both stores; one without its object is named, and the others go", async () => {
    const { owner, rows } = await stored(3);
    const lost = await file(owner);
    const s3 = storageOf("S3");
    const original = s3.put.bind(s3);
    vi.spyOn(s3, "put").mockImplementation(async (key, body, options) => {
      await original(key, body, options);
      if (key === rows[0]?.key) await db().file.delete({ where: { key } });
    });
    expect(await move("S3")).toMatchObject({ moved: 2, gone: 1, missing: [{ id: lost.id }], failed: [] });
    await removeObjects();
    expect((await s3.list("")).keys.toSorted()).toEqual([rows[1]?.key, rows[2]?.key].toSorted());
  });

  test("with a store that is down, ends soon, and says what to do", async () => {
    await stored(30);
    vi.spyOn(storageOf("S3"), "put").mockRejectedValue(new Error("down"));
    const { gaveUp, failed, moved } = await move("S3");
    expect([gaveUp, moved, failed.length < 40]).toEqual([true, 0, true]);
  });

  test("says what is wrong with what was asked, and which variables are missing", async () => {
    for (const [args, says] of [
      [["move"], "--to local|s3"],
      [["move", "--to", "nowhere"], "--to local|s3"],
      [["move", "--to", "s3", "--now"], "--now"],
      [["carry"], "there are move and sweep"],
      [["move", "--to", "azure"], "AZURE"],
    ] as const)
      await expect(storageCommand([...args])).rejects.toThrow(says);
    // A row of a store of which nobody knows any more where it is.
    const owner = await person();
    const elsewhere = await file(owner, { provider: "GCS" });
    await expect(storageCommand(["move", "--to", "s3"])).rejects.toThrow("Set what is missing:\n  GCS: ");
    await db().file.delete({ where: { id: elsewhere.id } });
    await db().storageDeletion.deleteMany();
  });
});
