import { randomUUID } from "node:crypto";
import pg from "pg";
import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { allFilesAddress } from "@/features/files/address";
import { listAllFiles, MAX_OWNERS } from "@/features/files/all-files-queries";
import { type AllFilesQuery, allFilesQuerySchema, FILES_PAGE_SIZE } from "@/features/files/schema";
import { db } from "@/lib/db";
import { cursorSchema } from "@/lib/keyset";
import { admin, file, person } from "./support/people";
import { as } from "./support/request";

const list = (by: { id: string }, query: AllFilesQuery) => as(by, async () => listAllFiles(await enter(), query));
const namesOf = async (by: { id: string }, query: AllFilesQuery) => (await list(by, query)).files.map(({ name }) => name);

/** Every page, one after the other. */
async function whole(by: { id: string }, query: AllFilesQuery) {
  const pages = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const found = await list(by, { ...query, ...(cursor && { cursor: cursorSchema.parse(cursor) }) });
    pages.push(found.files);
    cursor = found.next;
  }
  return pages;
}

describe("everybody's files", () => {
  test("are an admin's to see, with their owners and never where they lie; a member who reaches the query sees nothing", async () => {
    const [boss, me, other] = [await admin(), await person({ name: "Kaori Tanaka" }), await person()];
    const mark = randomUUID();
    const [mine] = [await file(me, { name: `${mark} a.pdf` }), await file(other, { name: `${mark} b.pdf` })];
    await file(me, { name: `${mark} going.pdf`, status: "DELETING", uploadExpiresAt: new Date() });
    await file(me, { name: `${mark} coming.pdf`, status: "PENDING", uploadExpiresAt: new Date() });
    expect(await namesOf(boss, { q: mark })).toEqual([`${mark} b.pdf`, `${mark} a.pdf`]);
    const { files } = await list(boss, { q: `${mark} a` });
    expect(files).toEqual([
      {
        id: mine.id,
        name: mine.name,
        sizeBytes: 48_213,
        contentType: "application/pdf",
        createdAt: mine.createdAt,
        owner: { id: me.id, name: "Kaori Tanaka", email: me.email },
      },
    ]);
    expect(await list(me, { q: mark })).toMatchObject({ files: [], total: 0 });
  });

  test("are counted exactly to ten thousand, and estimated beyond, which the total says", async () => {
    const [boss, me] = [await admin(), await person()];
    // One of 128 ids ends as those of the sample do, and all of them are pictures but every other of these.
    await db()
      .$executeRaw`INSERT INTO "File" ("id", "ownerId", "name", "key", "sizeBytes", "contentType", "status", "provider", "kind", "updatedAt")
      SELECT (substr(gen_random_uuid()::text, 1, 34) || lpad(to_hex(n % 256), 2, '0'))::uuid, ${me.id}::uuid, 'counted', 'counted/' || n, 1, 'image/png',
             'READY', 'LOCAL', (CASE WHEN n % 256 = 0 THEN 'OTHER' ELSE 'IMAGE' END)::"FileKind", now() FROM generate_series(1, 25600) n`;
    const total = async (query: AllFilesQuery) => {
      const { total: count, isEstimate } = await list(boss, query);
      return { count, isEstimate };
    };
    const asked = vi.spyOn(pg.Client.prototype, "query");
    expect(await total({ q: "counted" })).toEqual({ count: 26_000, isEstimate: true });
    const counts = asked.mock.calls.map(([query]) => JSON.stringify(query)).filter((text) => text.includes("COUNT(*)"));
    asked.mockRestore();
    // In the order of an index, not of the ids: that reads what nobody asks for.
    expect(counts.filter((text) => text.includes("LIMIT"))).toEqual([expect.stringMatching(/ORDER BY .{10,30}createdAt\W+ DESC/)]);
    expect(await total({ q: "counted", kind: "IMAGE" })).toEqual({ count: 13_000, isEstimate: true });
    expect(await total({ q: "counted", kind: "OTHER" })).toEqual({ count: 100, isEstimate: false });
    await db().file.deleteMany({ where: { ownerId: me.id } });
  });

  test("are found by name, owner, kind, size and day, each and together, and what is typed is taken literally", async () => {
    const [boss, me, other] = [await admin(), await person({ name: `Owner ${randomUUID()}` }), await person()];
    const mark = randomUUID();
    const at = (day: string) => new Date(`${day}T12:00:00Z`);
    await file(me, { name: `${mark} film 100%`, kind: "VIDEO", sizeBytes: 200_000_000n, createdAt: at("2026-03-01") });
    await file(me, { name: `${mark} photo`, kind: "IMAGE", sizeBytes: 1_000_000n, createdAt: at("2026-03-02") });
    await file(other, { name: `${mark} text`, kind: "OTHER", sizeBytes: 12n, createdAt: at("2026-03-03") });
    const found = async (query: Record<string, string>) =>
      (await namesOf(boss, allFilesQuerySchema.parse({ q: mark, ...query }))).map((name) => name.replace(`${mark} `, ""));
    expect(await found({})).toEqual(["text", "photo", "film 100%"]);
    expect(await found({ owner: me.name.slice(6, 20) })).toEqual(["photo", "film 100%"]);
    expect(await found({ owner: other.email })).toEqual(["text"]);
    expect(await found({ owner: me.id, kind: "VIDEO" })).toEqual(["film 100%"]);
    expect(await found({ owner: "nobody at all" })).toEqual([]);
    expect(await found({ size: "1" })).toEqual(["photo", "film 100%"]);
    expect(await found({ size: "100" })).toEqual(["film 100%"]);
    expect(await found({ from: "2026-03-02", to: "2026-03-02" })).toEqual(["photo"]);
    expect(await found({ sort: "size" })).toEqual(["film 100%", "photo", "text"]);
    expect(await found({ q: `${mark} film 100%` })).toEqual(["film 100%"]);
    expect(await found({ q: `${mark}%text` })).toEqual([]);
    // What the form sends empty says nothing.
    expect(await found({ owner: "", kind: "", size: "", from: "", to: "", sort: "" })).toHaveLength(3);
    const query = allFilesQuerySchema.parse({
      q: "a b",
      owner: "c",
      kind: "BOOK",
      size: "10",
      from: "2026-01-01",
      to: "2026-02-01",
      sort: "size",
    });
    const address = new URL(allFilesAddress(query), "http://localhost");
    expect(allFilesQuerySchema.parse(Object.fromEntries(address.searchParams))).toEqual(query);
    for (const bad of [{ kind: "KEY" }, { size: "0" }, { sort: "owner" }, { from: "yesterday" }, { cursor: "x" }, { page: "2" }])
      expect(allFilesQuerySchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  });

  test.each(["created", "size"] as const)("come page by page in the order of %s, none twice and none left out", async (sort) => {
    const [boss, me] = [await admin(), await person()];
    const mark = randomUUID();
    await db()
      .$executeRaw`INSERT INTO "File" ("id", "ownerId", "name", "key", "sizeBytes", "contentType", "status", "provider", "createdAt", "updatedAt")
      SELECT gen_random_uuid(), ${me.id}::uuid, ${mark} || n, ${me.id} || '/' || gen_random_uuid(), n % 3, 'text/plain', 'READY', 'LOCAL',
             now() - make_interval(hours => n % 3), now() FROM generate_series(1, ${FILES_PAGE_SIZE * 2 + 5}::int) n`;
    const pages = await whole(boss, { q: mark, sort });
    expect(pages.map(({ length }) => length)).toEqual([FILES_PAGE_SIZE, FILES_PAGE_SIZE, 5]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(FILES_PAGE_SIZE * 2 + 5);
    const values = pages.flat().map(({ sizeBytes, createdAt }) => (sort === "size" ? sizeBytes : createdAt.getTime()));
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    // One that was made by hand begins at one end instead of failing.
    const forged = cursorSchema.parse(Buffer.from(JSON.stringify(["nonsense", randomUUID()])).toString("base64url"));
    expect((await list(boss, { q: mark, sort, cursor: forged })).files).toHaveLength(FILES_PAGE_SIZE);
  });

  test("of more owners than are looked up it is said that there are more", async () => {
    const boss = await admin();
    const name = `Crowd ${randomUUID()}`;
    await db().$executeRaw`INSERT INTO "User" ("id", "email", "name", "updatedAt")
      SELECT gen_random_uuid(), 'n' || n || ${name.slice(6)} || '@example.org', ${name}, now() FROM generate_series(1, ${MAX_OWNERS + 1}::int) n`;
    expect(await list(boss, { owner: name })).toMatchObject({ files: [], isCut: true });
    expect(await list(boss, { owner: boss.email })).toMatchObject({ isCut: false });
  });
});
