import { randomUUID } from "node:crypto";
import { once } from "node:events";
import pg from "pg";
import { describe, expect, test, vi } from "vitest";
import { fromBuffer } from "yauzl";
import { isStillSignedIn } from "@/access/bearer";
import { enter } from "@/access/door";
import { GET } from "@/app/api/exports/[id]/route";
import { sweepDeletions } from "@/features/account-deletion/changes";
import { requestExport } from "@/features/data-exports/actions";
import { makeExport, sweepExports } from "@/features/data-exports/changes";
import { getLatestExport } from "@/features/data-exports/queries";
import { confirmUpload, deleteFile, renameFile, requestUpload } from "@/features/files/actions";
import { removeObjects } from "@/features/files/removed-objects";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { hostile } from "./support/hostile";
import { admin, person } from "./support/people";
import { as, asVisitor, type Browser, signedIn } from "./support/request";

const send = (url: string, init: RequestInit = {}) =>
  handleStorageRequest(new Request(new URL(url, "http://members.example.org"), init), isStillSignedIn);
const job = (attempt = 1) => ({ id: randomUUID(), attempt, signal: new AbortController().signal });
const rowOf = (id: string) => db().dataExport.findUniqueOrThrow({ where: { id } });

async function upload(window: Browser, name: string, text: string): Promise<string> {
  const body = Buffer.from(text);
  const asked = await window.run(() => requestUpload({ name: "x.txt", sizeBytes: body.byteLength, contentType: "text/plain" }));
  if (!asked.ok) throw new Error(asked.error.message);
  const { id, url, method, headers } = asked.data;
  await send(url, { method, headers, body });
  expect(await window.run(() => confirmUpload({ id }))).toMatchObject({ ok: true });
  await window.run(() => renameFile({ id, name }));
  return id;
}

async function ask(window: Browser): Promise<string> {
  const asked = await window.run(() => requestExport({}));
  if (!asked.ok) throw new Error(asked.error.message);
  return asked.data.id;
}

const fetchExport = (window: Browser, id: string) => window.fetch(GET, `/api/exports/${id}`, { params: { id } });

/** What is in a ZIP archive, by name, as an independent reader finds it. */
async function unzip(bytes: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  await new Promise<void>((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on("error", reject);
      zip.on("end", resolve);
      zip.on("entry", (entry: { fileName: string }) =>
        zip.openReadStream(entry as never, async (failed, stream) => {
          if (failed) return reject(failed);
          const parts: Buffer[] = [];
          stream.on("data", (part: Buffer) => parts.push(part));
          await once(stream, "end");
          found[entry.fileName] = Buffer.concat(parts).toString();
          zip.readEntry();
        }),
      );
      zip.readEntry();
    });
  });
  return found;
}

describe("an export", () => {
  test("holds the profile, the devices, what one did and every file, byte for byte; never a secret, nor anybody else's", async () => {
    const someone = await person({ name: "Ada Okafor" });
    const other = await person();
    const window = await signedIn(someone);
    const kept = ["minutes.txt", "Minutes.txt", "../../etc/passwd", "noël.txt"];
    for (const [index, name] of kept.entries()) await upload(window, name, `content ${index}`);
    const gone = await upload(window, "gone.txt", "deleted meanwhile");
    await upload(await signedIn(other), "theirs.txt", "not for you");
    await db().organization.create({ data: { name: "Choir of the North", members: { create: { userId: someone.id, role: "ADMIN" } } } });
    const made = { authorId: someone.id, model: "test", storageProvider: "LOCAL" as const };
    await db().imageGeneration.create({ data: { prompt: "a lit doorway", ...made } });
    await db().videoGeneration.create({ data: { prompt: "a door that opens", ...made } });
    await db().imageGeneration.create({ data: { ...made, prompt: "not for you", authorId: other.id } });
    const chapters = ["Once", "Then/../../now"].map((title, position) => ({ title, position, content: `It is ${position}.` }));
    const book = { title: "Doors", description: "Of doors.", authorId: someone.id, chapters: { create: chapters } };
    const { id: bookId } = await db().book.create({ data: book });
    const asked = { ownerId: someone.id, kind: "BOOK" as const, bookId, generator: "GEMINI" as const, deadlineAt: new Date() };
    await db().job.createMany({
      data: [
        { ...asked, params: { draft: "a chapter" } },
        { ...asked, params: { format: "PDF" } },
      ],
    });
    await db().blogPost.create({ data: { title: "A post", content: "About *doors*.", tags: ["door"], authorId: someone.id } });
    await db().user.update({ where: { id: someone.id }, data: { providerImage: "https://img.example.org/1.png" } });
    const id = await ask(window);
    expect(await window.run(async () => getLatestExport(await enter()))).toMatchObject({ id, status: "PENDING", progress: 0 });
    expect((await fetchExport(window, id)).status).toBe(404);
    await window.run(() => deleteFile({ id: gone }));
    const past = { userId: someone.id, method: "github", endedAt: new Date(), expiresAt: new Date() };
    await db().session.createMany({ data: Array.from({ length: 500 }, () => past) });
    const queries = vi.spyOn(pg.Client.prototype, "query");
    await makeExport({ exportId: id }, job());
    const read = queries.mock.calls
      .map(([query]) => JSON.stringify(query))
      .filter((text) => /FROM \W+public\W+(Session|File)\W+ WHERE/.test(text));
    queries.mockRestore();
    // Of what there may be many nothing is read at once: two pages of sessions, one of the files, twice, and their length.
    expect(read.filter((text) => text.includes("LIMIT") || text.includes("SUM("))).toEqual(read);
    expect(read.length).toBeGreaterThanOrEqual(5);
    expect(await window.run(async () => getLatestExport(await enter()))).toMatchObject({ status: "READY", progress: 100 });

    const answer = await fetchExport(window, id);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([302, "private, no-store"]);
    const download = await send(answer.headers.get("location") ?? "");
    expect(download.headers.get("content-disposition")).toMatch(/^attachment;.*foyer-\d{4}-\d\d-\d\d\.zip/);
    const bytes = Buffer.from(await download.arrayBuffer());
    expect(bytes.byteLength).toBe(Number((await rowOf(id)).sizeBytes));
    const files = await unzip(bytes);
    const names = Object.keys(files).filter((name) => name.startsWith("files/"));
    expect(names.sort()).toEqual(["files/Minutes (2).txt", "files/passwd.txt", "files/minutes.txt", "files/noël.txt"].sort());
    expect(names.map((name) => files[name]).sort()).toEqual(["content 0", "content 1", "content 2", "content 3"]);
    const account = JSON.parse(files["account.json"] ?? "{}");
    const providerImage = "https://img.example.org/1.png";
    expect(account.profile).toMatchObject({ id: someone.id, email: someone.email, name: "Ada Okafor", providerImage });
    expect([account.sessions.length, account.files.length]).toEqual([501, 4]);
    expect(Object.keys(account.sessions[0])).toEqual([
      "method",
      "strong",
      "userAgent",
      "ip",
      "place",
      "createdAt",
      "lastSeenAt",
      "endedAt",
    ]);
    expect(account.organizations).toMatchObject([{ name: "Choir of the North", role: "ADMIN" }]);
    const prompts = (files["generations.jsonl"] ?? "").trim().split("\n");
    expect(prompts.map((line) => [JSON.parse(line).kind, JSON.parse(line).prompt])).toEqual([
      ["images", "a lit doorway"],
      ["videos", "a door that opens"],
      ["drafts", "a chapter"],
    ]);
    expect(Object.keys(files).filter((name) => name.startsWith("books/"))).toEqual([
      "books/Doors - 1 Once.md",
      "books/Doors - 2 Then_.._.._now.md",
    ]);
    expect(files["books/Doors - 1 Once.md"]).toMatch(/^---\nbook: "Doors"\ndescription: "Of doors."[\s\S]*---\n\nIt is 0\.\n$/);
    expect(files["blog/A post.md"]).toMatch(/tags: \["door"\][\s\S]*---\n\nAbout \*doors\*\.\n$/);
    const activity = (files["activity.jsonl"] ?? "")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).action);
    expect(activity).toContain("file.uploaded");
    const everything = Object.values(files).join();
    const { hash } = await db().password.findUniqueOrThrow({ where: { userId: someone.id } });
    for (const secret of [hash, other.email, "theirs.txt", "not for you"]) expect(everything).not.toContain(secret);
    expect(await db().auditEvent.count({ where: { action: "export.download_url_issued", subjectId: id, actorId: someone.id } })).toBe(1);
  });

  test("is found by nobody else, an admin included", async () => {
    const id = await ask(await signedIn(await person()));
    await makeExport({ exportId: id }, job());
    for (const stranger of [await person(), await admin()]) expect((await fetchExport(await signedIn(stranger), id)).status).toBe(404);
    expect((await asVisitor({}, async () => requestExport({}))).ok).toBe(false);
  });

  test("needs a proof of the last ten minutes, is one at a time, and takes no input", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    for (const { name, input } of hostile({})) expect((await window.run(() => requestExport(input as never))).ok, name).toBe(false);
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
    expect(await window.run(() => requestExport({}))).toMatchObject({ ok: false, error: { code: "forbidden" } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => as(someone, () => requestExport({}))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await db().dataExport.count({ where: { userId: someone.id } })).toBe(1);
  });

  test("done twice, by a worker that died in between, is one archive; one that fails three times says so and may be asked for anew", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const first = await ask(window);
    // The worker died in the middle.
    await db().dataExport.update({ where: { id: first }, data: { status: "RUNNING", progress: 40 } });
    await makeExport({ exportId: first }, job(2));
    await makeExport({ exportId: first }, job(3));
    expect((await storage().list(`${someone.id}/`)).keys).toEqual([`${someone.id}/${first}`]);
    const second = await ask(window);
    await db().$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`);
    await db().$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE UPDATE ON "DataExport" FOR EACH ROW WHEN (NEW."status" = 'READY') EXECUTE FUNCTION refuse()`,
    );
    try {
      for (const attempt of [1, 2, 3]) await expect(makeExport({ exportId: second }, job(attempt))).rejects.toThrow();
    } finally {
      await db().$executeRawUnsafe(`DROP FUNCTION refuse() CASCADE`);
    }
    expect((await rowOf(second)).status).toBe("FAILED");
    const third = await ask(window);
    await makeExport({ exportId: third }, job());
    expect((await rowOf(third)).status).toBe("READY");
  });

  test("goes when its week is over, and with its person", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const id = await ask(window);
    await makeExport({ exportId: id }, job());
    await db().dataExport.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect((await fetchExport(window, id)).status).toBe(404);
    await sweepExports();
    await removeObjects();
    expect([await db().dataExport.count({ where: { id } }), (await storage().list(`${someone.id}/`)).keys]).toEqual([0, []]);

    const made = await ask(window);
    await makeExport({ exportId: made }, job());
    await db().user.update({ where: { id: someone.id }, data: { deleteAfter: new Date(Date.now() - 1) } });
    await sweepDeletions();
    await makeExport({ exportId: made }, job());
    await sweepExports();
    await removeObjects();
    expect([await db().dataExport.count({ where: { userId: someone.id } }), (await storage().list(`${someone.id}/`)).keys]).toEqual([
      0,
      [],
    ]);
  });
});
