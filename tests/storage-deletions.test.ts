import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { removeObjects } from "@/features/files/removed-objects";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { StorageUnavailable } from "@/storage/storage";
import { admin, file, person } from "./support/people";

const put = (key: string) => storage().put(key, Readable.from([Buffer.from("x")]), { sizeBytes: 1, contentType: "text/plain" });
const there = async (keys: string[]) => (await Promise.all(keys.map((key) => storage().head(key)))).filter(Boolean).length;
const written = () =>
  db().storageDeletion.findMany({ select: { provider: true, key: true, attempts: true, lastError: true, notBefore: true } });
const due = () => db().storageDeletion.updateMany({ data: { notBefore: new Date() } });

/** A file with its bytes, or an upload under way. */
async function stored(owner: { id: string }, more: Parameters<typeof file>[1] = {}) {
  const row = await file(owner, more);
  await put(row.key);
  return row;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await db().storageDeletion.deleteMany();
});

describe("whoever deletes a row has its objects removed", () => {
  test("by SQL, with everything of one person by cascade, and nobody else's", async () => {
    const [owner, neighbour] = [await person(), await person()];
    const upload = `${owner.id}/${randomUUID()}`;
    const rows = [
      await stored(owner),
      await stored(owner, { status: "PENDING", key: upload, uploadKey: upload, uploadExpiresAt: new Date(Date.now() - 3_600_000) }),
    ];
    const halfConfirmed = `${upload}-${randomUUID()}`;
    await put(halfConfirmed);
    const expiresAt = new Date(Date.now() + 60_000);
    const archive = await db().dataExport.create({ data: { userId: owner.id, expiresAt, provider: "LOCAL" } });
    await put(`${owner.id}/${archive.id}`);
    const kept = await stored(neighbour);
    await db().$executeRaw`DELETE FROM "User" WHERE "id" = ${owner.id}::uuid`;
    expect(await removeObjects()).toBe(3);
    expect(await there([...rows.map(({ key }) => key), halfConfirmed, `${owner.id}/${archive.id}`])).toBe(0);
    expect([await there([kept.key]), await written()]).toEqual([1, []]);
  });

  test("of work on people, and where a job lets go of its file", async () => {
    const boss = await admin();
    const expiresAt = new Date(Date.now() + 60_000);
    const keys = [`people-jobs/${randomUUID()}`, `people-jobs/${randomUUID()}`];
    const jobs = [];
    for (const objectKey of keys) {
      await put(objectKey);
      const data = { kind: "EXPORT", createdById: boss.id, params: {}, objectKey, provider: "LOCAL", expiresAt } as const;
      jobs.push(await db().peopleJob.create({ data }));
    }
    await db().peopleJob.delete({ where: { id: jobs[0]?.id ?? "" } });
    await db().peopleJob.update({ where: { id: jobs[1]?.id ?? "" }, data: { objectKey: null } });
    expect([await removeObjects(), await there(keys)]).toEqual([2, 0]);
  });

  test("but in a transaction that is taken back nothing is, and of a key that a row names only the line goes", async () => {
    const owner = await person();
    const { id, key, provider } = await stored(owner);
    await expect(
      db().$transaction(async (tx) => {
        await tx.file.delete({ where: { id } });
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await written()).toEqual([]);
    await db().storageDeletion.create({ data: { provider, key } });
    await removeObjects();
    expect([await there([key]), await written()]).toEqual([1, []]);
  });

  test("and what an upload URL brings afterwards, once it has ended", async () => {
    const owner = await person();
    const upload = `${owner.id}/${randomUUID()}`;
    const soon = new Date(Date.now() + 60_000);
    const { id, key } = await stored(owner, { key: `${upload}-${randomUUID()}`, uploadKey: upload, uploadExpiresAt: soon });
    await put(upload);
    await db().file.delete({ where: { id } });
    await removeObjects();
    expect(await there([key, upload])).toBe(0);
    await put(upload);
    await removeObjects();
    expect(await there([upload])).toBe(1);
    await db().storageDeletion.updateMany({ data: { uploadExpiresAt: new Date(Date.now() - 3_600_000), notBefore: new Date() } });
    expect([await removeObjects(), await there([upload]), await written()]).toEqual([1, 0, []]);
  });

  test("every table that says in which store an object lies has a trigger for the end of its rows", async () => {
    const missing = await db().$queryRaw<{ table: string }[]>`
      SELECT c.table_name AS "table" FROM information_schema.columns c
       -- Of a generation it is where its results went at first; the objects are its files'.
       WHERE c.column_name = 'provider' AND c.udt_name = 'StorageProvider' AND c.table_name <> 'StorageDeletion' AND c.table_schema = 'public' AND NOT EXISTS (
         SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
          WHERE t.tgrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND p.prosrc LIKE '%foyer_let_go(%' AND t.tgtype::int & 8 = 8)`;
    expect(missing, "add one as in the migration storage_deletions, and a line to src/lib/stored-objects.ts").toEqual([]);
  });
});

describe("a store that is down", () => {
  test("for a while loses nothing: what failed is tried again after growing pauses, and then is gone", async () => {
    const owner = await person();
    const rows: Awaited<ReturnType<typeof stored>>[] = [];
    for (let n = 0; n < 12; n++) rows.push(await stored(owner));
    await db().file.deleteMany({ where: { ownerId: owner.id } });
    const removed: string[] = [];
    const remove = vi.spyOn(storage(), "delete").mockRejectedValue(new StorageUnavailable("down"));
    expect(await removeObjects()).toBe(0);
    // Not all of them are tried while none succeeds.
    expect(remove.mock.calls.length).toBeLessThan(6);
    const pauses = [];
    for (let round = 0; round < 3; round++) {
      await due();
      await removeObjects(rows.slice(0, 1).map(({ key }) => key));
      const [line] = (await written()).filter(({ key }) => key === rows[0]?.key);
      expect(line?.lastError).toBe("StorageUnavailable: down");
      pauses.push((line?.notBefore.getTime() ?? 0) - Date.now());
    }
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
    expect([await written(), await there(rows.map(({ key }) => key))]).toMatchObject([{ length: 12 }, 12]);
    remove.mockRestore();
    const original = storage().delete.bind(storage());
    vi.spyOn(storage(), "delete").mockImplementation((key) => {
      removed.push(key);
      return original(key);
    });
    await due();
    // Several processes at once share the work.
    const counts = await Promise.all([removeObjects(), removeObjects(), removeObjects()]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12);
    expect(removed.toSorted()).toEqual(rows.map(({ key }) => key).toSorted());
    expect([await written(), await there(removed)]).toEqual([[], 0]);
  });

  test("whose settings are gone keeps its lines, and the others go on", async () => {
    const owner = await person();
    const [here, elsewhere] = [await stored(owner), await file(owner, { provider: "S3" })];
    await db().file.deleteMany({ where: { ownerId: owner.id } });
    expect(await removeObjects()).toBe(1);
    expect([await there([here.key]), await written()]).toMatchObject([0, [{ provider: "S3", key: elsewhere.key, attempts: 0 }]]);
  });
});
