import { randomUUID } from "node:crypto";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { main as storageCommand } from "../scripts/storage";
import { admin, file, person } from "./support/people";

const folder = join(process.env.FOYER_DATA ?? "", "files");

afterEach(async () => {
  await db().user.deleteMany();
  await db().peopleJob.deleteMany();
  await db().storageDeletion.deleteMany();
  for (const key of await keys()) await storage().delete(key);
});

/** An object of so many bytes, written so many hours ago. */
async function put(key: string, sizeBytes: number, hours = 3): Promise<string> {
  const body = Readable.from([Buffer.alloc(sizeBytes)], { objectMode: false });
  await storage().put(key, body, { sizeBytes, contentType: "text/plain" });
  const then = new Date(Date.now() - hours * 3_600_000);
  utimesSync(join(folder, key), then, then);
  return key;
}

async function swept(...args: string[]): Promise<{ code: number; output: string }> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await storageCommand(["sweep", ...args]);
    return { code, output: write.mock.calls.join("") };
  } finally {
    write.mockRestore();
  }
}
const keys = async () => (await storage().list("")).keys;

/** A site where everything that can name an object names one. */
async function inhabited() {
  const owner = await person();
  const rows = [await file(owner), await file(owner, { previewKey: `${owner.id}/preview-1` })];
  const upload = `${owner.id}/${randomUUID()}`;
  await file(owner, { status: "PENDING", key: upload, uploadKey: upload, uploadExpiresAt: new Date() });
  const expiresAt = new Date(Date.now() + 60_000);
  const archive = await db().dataExport.create({ data: { userId: owner.id, expiresAt, provider: "LOCAL" } });
  const objectKey = `people-jobs/${randomUUID()}`;
  const job = { kind: "EXPORT", createdById: (await admin()).id, params: {}, objectKey, provider: "LOCAL", expiresAt } as const;
  await db().peopleJob.create({ data: job });
  const waiting = `${owner.id}/${randomUUID()}`;
  await db().storageDeletion.create({ data: { provider: "LOCAL", key: waiting, uploadExpiresAt: new Date() } });
  const named = [
    ...rows.map(({ key }) => key),
    `${owner.id}/preview-1`,
    upload,
    `${upload}-${randomUUID()}`,
    `${owner.id}/${archive.id}`,
    objectKey,
    `${waiting}-${randomUUID()}`,
    `imports/${randomUUID()}`,
  ];
  for (const key of named) await put(key, 1_000);
  return { owner, named };
}

describe("npm run storage:sweep", () => {
  test("says nothing of what a row names or the worker removes, and names what is lost on both sides with its size", async () => {
    const { owner, named } = await inhabited();
    expect(await swept()).toMatchObject({ code: 0, output: "LOCAL: 9 objects, 2 files.\n" });
    const orphans = [await put(`${owner.id}/${randomUUID()}`, 5_000), await put("zzz/left-behind", 2_000_000)];
    const young = await put(`${owner.id}/${randomUUID()}`, 10, 1.9);
    const lost = await file(owner, { sizeBytes: 7_000n });
    const { code, output } = await swept();
    expect(code).toBe(1);
    expect(output).toContain("2 objects belong to nothing, 2.0 MB");
    for (const key of orphans) expect(output).toContain(key);
    expect(output).toContain("1 more are younger than two hours");
    expect(output).toContain(`${lost.id} of ${owner.id}, 7 kB`);
    expect((await keys()).toSorted()).toEqual([...named, ...orphans, young].toSorted());

    // Without a terminal nobody can be asked.
    await expect(swept("--remove")).rejects.toThrow("--yes");
    expect((await swept("--remove", "--yes")).output).toContain("Removed 2 objects, 2.0 MB");
    expect((await keys()).toSorted()).toEqual([...named, young].toSorted());
    expect(await db().file.count({ where: { id: lost.id } })).toBe(1);
    expect(await db().auditEvent.findFirst({ where: { action: "storage.swept" } })).toMatchObject({
      subjectId: "LOCAL",
      after: { objects: 2, bytes: 2_005_000 },
    });
  });

  test("removes nothing unasked from a store in which nothing is this site's", async () => {
    await put("zzz/of-somebody-else", 10);
    expect(await swept("--remove", "--yes")).toMatchObject({ code: 1, output: expect.stringContaining("another one's") });
    expect(await keys()).toEqual(["zzz/of-somebody-else"]);
  });

  test("says what is wrong with what was asked", async () => {
    await expect(storageCommand(["sweep", "--all"])).rejects.toThrow("--remove");
  });
});
