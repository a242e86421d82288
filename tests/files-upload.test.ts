import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isStillSignedIn } from "@/access/bearer";
import { enter } from "@/access/door";
import { GET } from "@/app/api/files/[id]/route";
import { confirmUpload, deleteFile, requestUpload } from "@/features/files/actions";
import { sweepFiles } from "@/features/files/leftovers";
import { getUsage } from "@/features/files/queries";
import { removeObjects } from "@/features/files/removed-objects";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { file, person } from "./support/people";
import { type Browser, signedIn } from "./support/request";
import { type StoreUnderTest, startS3 } from "./support/storage";

const GOOD = Buffer.from("Minutes of the meeting.\n");
const OTHER = Buffer.from("<script>alert(1)</script");
const HOUR_MS = 3_600_000;

interface Asked {
  id: string;
  /** Puts these bytes where the upload URL leads; resolves with the status. */
  put(bytes: Buffer): Promise<number>;
}

async function ask(window: Browser): Promise<Asked> {
  const asked = await window.run(() => requestUpload({ name: "minutes.txt", sizeBytes: GOOD.byteLength, contentType: "text/plain" }));
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  const { id, url, method, headers } = asked.data;
  const put = async (bytes: Buffer) => (await send(url, { method, headers, body: new Uint8Array(bytes) })).status;
  return { id, put };
}

async function uploaded(window: Browser): Promise<Asked> {
  const asked = await ask(window);
  await asked.put(GOOD);
  expect(await confirm(window, asked.id)).toMatchObject({ ok: true });
  return asked;
}

const send = (url: string, init: RequestInit = {}) =>
  url.startsWith("/")
    ? handleStorageRequest(new Request(new URL(url, "http://members.example.org"), init), isStillSignedIn)
    : fetch(url, init);
const confirm = (window: Browser, id: string) => window.run(() => confirmUpload({ id }));
const rowOf = (id: string) => db().file.findUnique({ where: { id } });
const row = (id: string) => db().file.findUniqueOrThrow({ where: { id } });
const expired = (ids: string[], ms = HOUR_MS) =>
  db().file.updateMany({ where: { id: { in: ids } }, data: { uploadExpiresAt: new Date(Date.now() - ms) } });

async function downloaded(window: Browser, id: string): Promise<Buffer> {
  const { status, headers } = await window.fetch(GET, `/api/files/${id}`, { params: { id } });
  expect(status).toBe(302);
  return Buffer.from(await (await send(headers.get("location") ?? "")).arrayBuffer());
}

/** Every key of this person in the store. */
async function keysOf(owner: { id: string }): Promise<string[]> {
  return (await storage().list(`${owner.id}/`)).keys;
}

const CALLS = ["move", "delete", "list", "readRange"] as const;

/** Lets the store's method do something else first, until the test ends or `undisturbed` is called. */
function meanwhile(name: (typeof CALLS)[number], work: (key: string) => Promise<void>): void {
  const store = storage();
  const method = store[name].bind(store) as (...given: unknown[]) => Promise<unknown>;
  const disturbed = async (...given: unknown[]) => {
    await work(String(given[0]));
    return method(...given);
  };
  Object.assign(store, { [name]: disturbed });
}
/** The methods stand in the class: what lies over them goes. */
function undisturbed(): void {
  for (const name of CALLS) Reflect.deleteProperty(storage(), name);
}
afterEach(undisturbed);

describe("what was looked at is what is shown", () => {
  test("an owner who uploads other bytes after the confirmation changes nothing of what is downloaded", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await uploaded(window);
    expect(await put(OTHER)).toBe(200);
    expect(await downloaded(window, id)).toEqual(GOOD);
    expect(await confirm(window, id)).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await downloaded(window, id)).toEqual(GOOD);
  });

  test("neither does an upload while the bytes are looked at", async () => {
    const window = await signedIn(await person());
    const { id, put } = await ask(window);
    await put(GOOD);
    meanwhile("readRange", async () => void expect(await put(OTHER)).toBe(200));
    expect(await confirm(window, id)).toMatchObject({ ok: true });
    expect(await downloaded(window, id)).toEqual(GOOD);
  });

  test("nor a confirmation that was on its way when another one ended, and moves those other bytes", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await ask(window);
    await put(GOOD);
    let first = true;
    meanwhile("move", async () => {
      if (!first) return;
      first = false;
      expect(await confirm(window, id)).toMatchObject({ ok: true });
      expect(await put(OTHER)).toBe(200);
    });
    expect(await confirm(window, id)).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await downloaded(window, id)).toEqual(GOOD);
    // Nor does it leave them behind, where nobody counts them.
    expect(await keysOf(owner)).toEqual([(await row(id)).key]);
    expect((await db().auditEvent.findMany({ where: { subjectId: id } })).map(({ action }) => action)).not.toContain("file.refused");
  });

  test("a row that is shown cannot lie where an upload URL leads", async () => {
    const { id } = await ask(await signedIn(await person()));
    await expect(db().file.update({ where: { id }, data: { status: "READY" } })).rejects.toThrow("File_ready_out_of_reach");
  });
});

describe("a confirmation that is broken off", () => {
  test("after the move is finished by the next one", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await ask(window);
    await put(GOOD);
    meanwhile("readRange", () => Promise.reject(new Error("crash")));
    expect(await confirm(window, id)).toMatchObject({ ok: false });
    expect((await row(id)).status).toBe("PENDING");
    undisturbed();
    expect(await confirm(window, id)).toMatchObject({ ok: true });
    expect(await downloaded(window, id)).toEqual(GOOD);
    expect(await keysOf(owner)).toEqual([(await row(id)).key]);
  });

  test("in the middle of the move, with the object at both keys, is finished by the next one, and the sweep removes the rest", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await ask(window);
    await put(GOOD);
    const { key } = await row(id);
    await storage().move(key, `${key}-${randomUUID()}`);
    await put(GOOD);
    expect(await confirm(window, id)).toMatchObject({ ok: true });
    expect(await keysOf(owner)).toHaveLength(2);
    await expired([id]);
    await sweepFiles();
    expect(await keysOf(owner)).toEqual([(await row(id)).key]);
    expect(await downloaded(window, id)).toEqual(GOOD);
  });
});

describe("what an upload URL brings later", () => {
  test("is remembered as long as it lives, then swept, once, and the file stays", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await uploaded(window);
    await put(OTHER);
    await sweepFiles();
    await expired([id], 9 * 60_000);
    await sweepFiles();
    expect([await keysOf(owner), (await row(id)).uploadKey]).toMatchObject([{ length: 2 }, expect.any(String)]);
    await expired([id], 11 * 60_000);
    expect(await sweepFiles()).toBe(1);
    const { key, uploadKey, uploadExpiresAt, status } = await row(id);
    expect([await keysOf(owner), uploadKey, uploadExpiresAt, status]).toEqual([[key], null, null, "READY"]);
    expect(await downloaded(window, id)).toEqual(GOOD);
    expect(await sweepFiles()).toBe(0);
  });

  test.each([
    [
      "deleted",
      async (window: Browser) => {
        const asked = await uploaded(window);
        expect(await window.run(() => deleteFile({ id: asked.id }))).toMatchObject({ ok: true });
        return asked;
      },
    ],
    [
      "refused",
      async (window: Browser) => {
        const asked = await ask(window);
        await asked.put(OTHER);
        expect(await confirm(window, asked.id)).toMatchObject({ ok: false, error: { code: "invalid" } });
        return asked;
      },
    ],
  ])("to a file that was %s is swept with its row; until then nobody sees or pays for it", async (_, make) => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await make(window);
    expect(await keysOf(owner)).toEqual([]);
    expect(await put(GOOD)).toBe(200);
    await sweepFiles();
    expect((await row(id)).status).toBe("DELETING");
    expect(await window.run(async () => getUsage(await enter()))).toMatchObject({ usedBytes: 0, files: 0 });
    expect(await confirm(window, id)).toMatchObject({ ok: false, error: { code: "not_found" } });
    await expired([id]);
    await sweepFiles();
    expect([await rowOf(id), await keysOf(owner)]).toEqual([null, []]);
  });

  test("an upload nobody confirmed may take two hours more, and goes then", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const [slow, lost] = [await ask(window), await ask(window)];
    await Promise.all([slow.put(GOOD), lost.put(GOOD)]);
    await expired([slow.id], 1.9 * HOUR_MS);
    await expired([lost.id], 2.1 * HOUR_MS);
    expect(await sweepFiles()).toBe(1);
    expect(await rowOf(lost.id)).toBeNull();
    expect(await confirm(window, slow.id)).toMatchObject({ ok: true });
    expect(await keysOf(owner)).toEqual([(await row(slow.id)).key]);
  });

  test("a confirmation and the sweep at once: shown with its bytes, or gone with them", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    for (let round = 0; round < 10; round++) {
      const { id, put } = await ask(window);
      await put(GOOD);
      await expired([id], 3 * HOUR_MS);
      const [confirmed] = await Promise.all([confirm(window, id), sweepFiles()]);
      const found = await rowOf(id);
      expect(found?.status).toBe(confirmed.ok ? "READY" : undefined);
      if (confirmed.ok) expect(await downloaded(window, id)).toEqual(GOOD);
      else expect(["not_found", "conflict"]).toContain(confirmed.error.code);
    }
  });

  test("a file deleted long after its upload goes at once, and where the store fails, later", async () => {
    const window = await signedIn(await person());
    const [one, other] = [await uploaded(window), await uploaded(window)];
    await expired([one.id, other.id]);
    await sweepFiles();
    await window.run(() => deleteFile({ id: one.id }));
    expect(await rowOf(one.id)).toBeNull();
    const { key } = await row(other.id);
    meanwhile("delete", () => Promise.reject(new Error("store down")));
    expect(await window.run(() => deleteFile({ id: other.id }))).toMatchObject({ ok: true });
    undisturbed();
    expect([await rowOf(other.id), await storage().head(key)]).toEqual([null, expect.anything()]);
    await db().storageDeletion.updateMany({ data: { notBefore: new Date() } });
    await removeObjects();
    expect(await storage().head(key)).toBeNull();
  });
});

describe("a sweep", () => {
  /** So many files whose upload URLs ended a day ago, a millisecond apart. */
  async function leftovers(owner: { id: string }, count: number) {
    const row = (_: unknown, at: number) => ({
      ownerId: owner.id,
      name: "minutes.txt",
      key: `${owner.id}/${randomUUID()}`,
      uploadKey: `${owner.id}/${randomUUID()}`,
      uploadExpiresAt: new Date(Date.now() - 24 * HOUR_MS + at),
      sizeBytes: 5,
      contentType: "text/plain",
      status: "READY" as const,
      provider: "LOCAL" as const,
    });
    const data = Array.from({ length: count }, row);
    return db().file.createManyAndReturn({ data });
  }

  test("takes the 500 that wait longest, and the next one the rest", async () => {
    const owner = await person();
    await leftovers(owner, 503);
    expect([await sweepFiles(), await sweepFiles(), await sweepFiles()]).toEqual([500, 3, 0]);
  });

  test("is stopped by no object that cannot be deleted, which goes to the end of the queue", async () => {
    const owner = await person();
    const [, stuck] = await leftovers(owner, 12);
    meanwhile("delete", (key) => (key === stuck?.uploadKey ? Promise.reject(new Error("stuck")) : Promise.resolve()));
    expect([await sweepFiles(), await sweepFiles()]).toEqual([11, 0]);
    const kept = await row(stuck?.id ?? "");
    expect([kept.uploadKey, Date.now() - (kept.uploadExpiresAt?.getTime() ?? 0) < 60_000]).toEqual([stuck?.uploadKey, true]);
    undisturbed();
    await expired([kept.id]);
    expect(await sweepFiles()).toBe(1);
  });

  test("ends soon when the store is down, and forgets nothing", async () => {
    const owner = await person();
    await leftovers(owner, 40);
    let asked = 0;
    meanwhile("list", () => {
      asked++;
      return Promise.reject(new Error("store down"));
    });
    expect(await sweepFiles()).toBe(0);
    expect(asked).toBeLessThan(10);
    expect(await db().file.count({ where: { ownerId: owner.id, uploadKey: { not: null } } })).toBe(40);
    undisturbed();
    await db().file.updateMany({ where: { ownerId: owner.id }, data: { uploadExpiresAt: new Date(0) } });
    expect(await sweepFiles()).toBe(40);
  });

  test("leaves alone what lies in another store, and what others uploaded", async () => {
    const [owner, neighbour] = [await person(), await person()];
    const { id } = await uploaded(await signedIn(neighbour));
    const elsewhere = await file(owner, { provider: "S3", uploadKey: `${owner.id}/${randomUUID()}`, uploadExpiresAt: new Date(0) });
    const keys = await keysOf(neighbour);
    await sweepFiles();
    expect([await keysOf(neighbour), (await row(id)).uploadKey]).toEqual([keys, expect.any(String)]);
    expect((await row(elsewhere.id)).uploadKey).toBe(elsewhere.uploadKey);
    await db().file.delete({ where: { id: elsewhere.id } });
  });

  test("reads no table from end to end: of 20,000 files it finds the due ones by their index", async () => {
    const owner = await person();
    await db()
      .$executeRaw`INSERT INTO "File" ("id", "ownerId", "name", "key", "sizeBytes", "contentType", "status", "provider", "updatedAt", "uploadKey", "uploadExpiresAt")
      SELECT gen_random_uuid(), ${owner.id}::uuid, 'x', 'x/' || n, 1, 'text/plain', 'READY', 'LOCAL', now(),
        CASE WHEN n % 100 = 0 THEN 'y/' || n END, CASE WHEN n % 100 = 0 THEN now() + interval '1 hour' END FROM generate_series(1, 20000) n`;
    await db().$executeRaw`ANALYZE "File"`;
    const plan = await db().$queryRaw<{ "QUERY PLAN": string }[]>`EXPLAIN SELECT "id" FROM "File" WHERE "provider" = 'LOCAL'
      AND "uploadExpiresAt" < now() - interval '10 minutes' AND ("status" <> 'PENDING' OR "uploadExpiresAt" < now() - interval '2 hours')
      ORDER BY "uploadExpiresAt" LIMIT 500`;
    const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
    expect(text).toContain('Index Scan using "File_uploadExpiresAt_idx"');
    expect(text).not.toMatch(/Seq Scan/);
  });
});

describe("at an S3 that knows no conditional writes", () => {
  let under: StoreUnderTest;
  beforeAll(async () => {
    under = await startS3();
    globalThis.foyerStorage = under.store;
  }, 120_000);
  afterAll(async () => {
    globalThis.foyerStorage = undefined;
    await under.stop();
  });

  test("what was looked at is what is shown, and the sweep leaves that alone", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await uploaded(window);
    expect(await put(OTHER)).toBe(200);
    expect(await downloaded(window, id)).toEqual(GOOD);
    await expired([id]);
    expect(await sweepFiles()).toBe(1);
    expect(await keysOf(owner)).toEqual([(await row(id)).key]);
    expect(await downloaded(window, id)).toEqual(GOOD);
  });

  test("of eight confirmations at once one is the one, and its bytes stay", async () => {
    const owner = await person();
    const window = await signedIn(owner);
    const { id, put } = await ask(window);
    await put(GOOD);
    const answers = await Promise.all(Array.from({ length: 8 }, () => confirm(window, id)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    await expired([id]);
    await sweepFiles();
    expect(await keysOf(owner)).toEqual([(await row(id)).key]);
    expect(await downloaded(window, id)).toEqual(GOOD);
  });
});
