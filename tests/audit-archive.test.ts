import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { listArchives } from "@/features/audit/queries";
import { db } from "@/lib/db";
import { archiveAudit } from "../scripts/audit-archive";
import { readArchives, verifyAudit } from "../scripts/audit-chain";
import { knownKeys, publicKeys, signingKey } from "../scripts/audit-keys";
import { fileProblems, readArchive } from "../scripts/audit-read";
import { admin, person } from "./support/people";
import { cloneDatabase, temporaryFolder } from "./support/postgres";
import { as } from "./support/request";

const run = promisify(execFile);
const SECRET = "a-secret-only-for-tests-0123456789abcdef";
const key = signingKey(SECRET);
const keys = publicKeys([key.publicKey]);
let client: pg.Client;
let url: string;
let folder: string;

/** A log of twelve events, a day apart. */
beforeEach(async () => {
  url = await cloneDatabase("audit_archive");
  folder = mkdtempSync(join(temporaryFolder(), "archive-"));
  client = new pg.Client(url);
  await client.connect();
  for (let index = 1; index <= 12; index++) await write(index);
});
afterEach(() => client.end());
const sql = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;
const write = (index: number) =>
  sql(
    `INSERT INTO "AuditEvent" ("id", "at", "action", "subjectType", "subjectId", "after")
     VALUES ($1, timestamptz '2025-01-01 12:00:00.123+00' + make_interval(days => $2), 'user.signed_in', 'User', $3, $4)`,
    [idOf(index), index, `user ${index} “é”\u2028`, JSON.stringify({ number: index, text: 'a "quoted" \\ line\n' })],
  );
const idOf = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, "0")}`;
const archive = (before: string) => archiveAudit(client, { before: new Date(before), folder, key });
const path = (name: string) => join(folder, name);
const places = async () => (await sql(`SELECT "seq"::int FROM "AuditLink" ORDER BY "seq"`)).map(({ seq }) => seq);
const FIRST = "audit-000000000001-000000000004.jsonl.gz";
const SECOND = "audit-000000000005-000000000009.jsonl.gz";
/** The file with its lines changed, packed again: what gzip's own checksum would not show. */
const repack = (name: string, edit: (lines: string[]) => string[]) => {
  const lines = gunzipSync(readFileSync(path(name)))
    .toString()
    .split("\n");
  writeFileSync(path(name), gzipSync(edit(lines).join("\n")));
};

describe("archiving", () => {
  test("moves the oldest rows, and no others, into a file that has them to the byte; the log goes on and is remembered", async () => {
    const [before] = await sql(`SELECT "after", "subjectId" FROM "AuditEvent" WHERE "id" = $1`, [idOf(3)]);
    const done = await archive("2025-01-06");
    expect(done?.header).toMatchObject({ firstSeq: 1, lastSeq: 4, count: 4, beforeHash: "", firstAt: "2025-01-02T12:00:00.123Z" });
    expect(await places()).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(readdirSync(folder)).toEqual([FIRST]);
    const lines = gunzipSync(readFileSync(path(FIRST)))
      .toString()
      .trim()
      .split("\n");
    expect(lines).toHaveLength(6);
    expect(JSON.parse(lines[3] ?? "")).toMatchObject({
      seq: 3,
      event: [idOf(3), expect.any(Number), null, null, "user.signed_in", "User", before?.subjectId, null, null, null, before?.after],
    });
    const [event] = await sql(`SELECT "subjectId", "after" FROM "AuditEvent" WHERE "action" = 'audit.archived'`);
    expect(event).toEqual({ subjectId: "1-4", after: { file: FIRST, sha256: done?.trailer.sha256 } });
    expect(await verifyAudit(client, [], keys)).toMatchObject({ rows: 9, archived: 4, problems: [], head: { seq: 13 } });
  });

  test("done again has nothing to do, and done later goes on where it ended", async () => {
    await archive("2025-01-06");
    expect(await archive("2025-01-06")).toBeNull();
    expect((await archive("2025-01-11"))?.header).toMatchObject({ firstSeq: 5, lastSeq: 9 });
    expect(await verifyAudit(client, [], keys)).toMatchObject({ archived: 9, problems: [] });
    expect(await archive("2024-01-01")).toBeNull();
  });

  test("never takes the newest row, with which the next is hashed", async () => {
    expect((await archive("2999-01-01"))?.header).toMatchObject({ lastSeq: 11 });
    expect(await places()).toEqual([12, 13]);
    expect(await verifyAudit(client, [], keys)).toMatchObject({ problems: [] });
  });

  test("signs nothing that is not as it was written, and one at a time", async () => {
    await sql(`ALTER TABLE "AuditEvent" DISABLE TRIGGER USER`);
    await sql(`UPDATE "AuditEvent" SET "ip" = '192.0.2.1' WHERE "id" = $1`, [idOf(2)]);
    await expect(archive("2025-01-06")).rejects.toThrow("Row 2 of the audit log is not as it was written");
    const other = new pg.Client(url);
    await other.connect();
    await other.query("SELECT pg_advisory_lock($1)", [0x666f79_20]);
    await expect(archive("2025-01-06")).rejects.toThrow("Another audit:archive");
    await other.end();
    expect([readdirSync(folder), (await places()).length]).toEqual([[], 12]);
  });

  test("killed at any step leaves every row, or every row in a whole file; the next run finishes", { timeout: 60_000 }, async () => {
    const env = { ...process.env, DATABASE_URL: url, AUTH_SECRET: SECRET, FOYER_DATA: folder };
    // A statement that waits is a step that takes long enough to be killed in.
    const holder = new pg.Client(url);
    await holder.connect();
    for (const table of ["AuditLink", "AuditArchive"]) {
      await holder.query("BEGIN");
      await holder.query(`LOCK TABLE "${table}" IN ${table === "AuditLink" ? "ACCESS EXCLUSIVE" : "SHARE"} MODE`);
      const child = execFile(process.execPath, ["scripts/run.mjs", "audit", "archive", "--before", "2025-01-06", "--out", folder], { env });
      await expect
        .poll(
          async () => (await sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).length,
          { timeout: 20_000 },
        )
        .toBe(1);
      child.kill("SIGKILL");
      await holder.query("ROLLBACK");
      await expect
        .poll(
          async () => (await sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")).length,
          { timeout: 20_000 },
        )
        .toBe(1);
      // A statement that was sent is done, though nobody waits for it: then all of it.
      const rows = (await places()).length;
      if (rows !== 12) expect([rows, (await readArchive(path(FIRST), keys)).problems]).toEqual([9, []]);
    }
    await holder.end();
    await archive("2025-01-06");
    expect((await readArchive(path(FIRST), keys)).problems).toEqual([]);
    expect(await verifyAudit(client, [], keys)).toMatchObject({ rows: 9, archived: 4, problems: [] });
  });
});

describe("nothing else removes a row", () => {
  const insert = (values: Record<string, unknown> = {}) => {
    const row = {
      firstSeq: 1,
      lastSeq: 4,
      beforeHash: Buffer.alloc(0),
      endHash: Buffer.alloc(32),
      firstAt: new Date(),
      lastAt: new Date(),
      fileName: "x",
      sha256: "",
      keyId: "",
      signature: "",
      ...values,
    };
    const names = Object.keys(row);
    return sql(
      `INSERT INTO "AuditArchive" (${names.map((name) => `"${name}"`)}) VALUES (${names.map((_, index) => `$${index + 1}`)})`,
      Object.values(row),
    );
  };
  const hashAt = async (seq: number) => (await sql(`SELECT "hash" FROM "AuditLink" WHERE "seq" = $1`, [seq]))[0]?.hash;

  test("not an archive that leaves a gap, overlaps, ends elsewhere or takes the last row", async () => {
    for (const wrong of [
      { firstSeq: 2 },
      { endHash: Buffer.alloc(32) },
      { lastSeq: 12, endHash: await hashAt(12) },
      { lastSeq: 0 },
      { lastSeq: 99 },
    ])
      await expect(insert({ endHash: await hashAt(4), ...wrong })).rejects.toThrow(/an archive (begins|ends)/);
    await archive("2025-01-06");
    await expect(insert({ lastSeq: 6, endHash: await hashAt(6) })).rejects.toThrow("an archive begins where the one before it ended");
    for (const statement of [
      `UPDATE "AuditArchive" SET "lastSeq" = 11`,
      `DELETE FROM "AuditArchive"`,
      `TRUNCATE "AuditArchive"`,
      `DELETE FROM "AuditEvent"`,
      `DELETE FROM "AuditLink"`,
      `DELETE FROM "AuditLink" WHERE "seq" = 6`,
    ])
      await expect(sql(statement), statement).rejects.toThrow(/append-only/);
    expect(await places()).toHaveLength(9);
  });

  test("and one that somebody without the key makes by hand is found", async () => {
    await insert({ endHash: await hashAt(4), keyId: key.keyId, signature: "A".repeat(86) });
    expect(await verifyAudit(client, [], keys)).toMatchObject({ problems: ["the archive of rows 1 to 4 has a wrong signature"] });
    expect((await verifyAudit(client)).problems[0]).toContain(`is signed by key ${key.keyId}, which is none of ours`);
  });
});

describe("the files", () => {
  beforeEach(async () => {
    await archive("2025-01-06");
    await archive("2025-01-11");
  });
  const problems = async (...names: string[]) => {
    const files = await Promise.all(names.map((name) => readArchive(path(name), keys)));
    return fileProblems(files, await readArchives(client));
  };

  test("of their order, and of one that is missing or took another's name, is told", async () => {
    expect(await problems(FIRST, SECOND)).toEqual([]);
    expect(await problems(SECOND)).toEqual([`${FIRST} is not among the files: rows 1 to 4`]);
    const order = (one: string, other: string) =>
      `${one} does not follow ${other}: one between them is missing, or they stand in another order`;
    expect(await problems(SECOND, FIRST)).toEqual([order(FIRST, SECOND)]);
    renameSync(path(SECOND), path("kept"));
    renameSync(path(FIRST), path(SECOND));
    renameSync(path("kept"), path(FIRST));
    expect(await problems(FIRST, SECOND)).toEqual([order(SECOND, FIRST)]);
  });

  const CHANGES: [string, (lines: string[]) => string[], string][] = [
    ["a changed byte", (lines) => lines.map((line) => line.replace("user 3", "user 8")), "row 3 was changed or moved"],
    ["two rows that changed places", ([a = "", b = "", c = "", ...rest]) => [a, c, b, ...rest], "row 2 stands where row 1 should"],
    ["a row that is gone", (lines) => lines.toSpliced(4, 1), "ends with row 3 and not as its first line says"],
    ["another date", (lines) => lines.map((line) => line.replace('"madeAt":"2', '"madeAt":"1')), "its content is not what was signed"],
    [
      "another signature",
      (lines) => lines.map((line) => line.replace(/"signature":"[^"]{5}/, '"signature":"AAAAA')),
      "has a wrong signature",
    ],
    ["a lost end", (lines) => lines.slice(0, 4), "cannot be read after row 2 (it is no archive, or cut)"],
  ];
  test("what was changed in one is named, however the file was packed again", async () => {
    const bytes = readFileSync(path(FIRST));
    for (const [what, edit, problem] of CHANGES) {
      writeFileSync(path(FIRST), bytes);
      repack(FIRST, edit);
      expect((await readArchive(path(FIRST), keys)).problems, what).toContain(`${FIRST}: ${problem}`);
    }
  });

  test("a flipped bit, a cut file, and one signed by somebody else are named", async () => {
    const bytes = readFileSync(path(FIRST));
    for (const broken of [bytes.with(200, (bytes[200] ?? 0) ^ 1), bytes.subarray(0, 300), Buffer.from("no archive")]) {
      writeFileSync(path(FIRST), broken);
      expect((await readArchive(path(FIRST), keys)).problems).toEqual([expect.stringContaining(`${FIRST}: cannot be read`)]);
    }
    const others = publicKeys([signingKey("another").publicKey]);
    expect((await readArchive(path(SECOND), others)).problems).toEqual([
      expect.stringContaining(`is signed by key ${key.keyId}, which is none`),
    ]);
  });

  test("a replaced secret's key is known as long as FOYER_DATA remembers it", () => {
    const remembered = join(temporaryFolder(), "audit-public-keys");
    knownKeys(remembered, [SECRET]);
    expect([...knownKeys(remembered, ["another"]).keys()]).toEqual([key.keyId, signingKey("another").keyId]);
    writeFileSync(remembered, "not a key\n");
    expect(() => knownKeys(remembered, [SECRET])).toThrow("cannot be read");
  });
});

describe("the commands", () => {
  const command = (more: Record<string, string>, ...args: string[]) =>
    run(process.execPath, ["scripts/run.mjs", "audit", ...args], {
      env: { ...process.env, DATABASE_URL: url, AUTH_SECRET: SECRET, ...more },
    });

  test("archive as many days as are told, and verify log and files, also with nothing but the public key", {
    timeout: 60_000,
  }, async () => {
    const data = temporaryFolder();
    await expect(command({ FOYER_DATA: data }, "archive")).rejects.toMatchObject({
      stderr: expect.stringContaining("--before 2026-01-31"),
    });
    const { stdout } = await command({ FOYER_DATA: data, AUDIT_RETENTION_DAYS: "30" }, "archive");
    // The newest of the log is as old as the rest, and stays.
    expect(stdout).toContain("Rows 1 to 11 (2025-01-02T12:00:00.123Z to 2025-01-12T12:00:00.123Z)");
    expect(stdout).toContain(key.publicKey);
    const file = join(data, "audit-archive", "audit-000000000001-000000000011.jsonl.gz");
    const verified = await command({ FOYER_DATA: data }, "verify", "--archive", file);
    expect(verified.stdout).toMatch(/: 2 rows after 11 in archives, which are too\. It ends with 13:[0-9a-f]{64}\n$/);
    // A log that was hashed anew since is not signed: where it ended then, something else stands now.
    writeFileSync(join(data, "audit-head.json"), JSON.stringify({ seq: 12, hash: "0".repeat(64) }));
    await expect(command({ FOYER_DATA: data, AUDIT_RETENTION_DAYS: "1" }, "archive")).rejects.toMatchObject({
      stdout: expect.stringMatching(/Nothing was archived.*row 12 was hashed anew/s),
    });
    // Nor is one whose earlier end nobody can look at any more.
    writeFileSync(join(data, "audit-head.json"), JSON.stringify({ seq: 5, hash: "0".repeat(64) }));
    for (const name of ["archive", "verify"])
      await expect(command({ FOYER_DATA: data, AUDIT_RETENTION_DAYS: "1" }, name)).rejects.toMatchObject({
        stdout: expect.stringContaining("row 5, where the log ended once, is archived"),
      });
    const elsewhere = {
      FOYER_DATA: temporaryFolder(),
      DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
      AUTH_SECRET: SECRET.toUpperCase(),
    };
    const offline = await command(elsewhere, "verify", "--offline", "--key", key.publicKey, "--archive", file);
    expect(offline.stdout).toBe("The archives are as they were written: 1.\n");
  });
});

test("admins see where the log begins and which archives there are; members nothing", async () => {
  const own = new pg.Client(process.env.DATABASE_URL);
  await own.connect();
  const [boss, member] = [await admin(), await person()];
  const at = new Date("2024-01-01");
  await db().auditEvent.createMany({
    data: Array.from({ length: 3 }, () => ({ at, action: "user.signed_in", subjectType: "User", subjectId: boss.id })),
  });
  await archiveAudit(own, { before: new Date("2025-01-01"), folder, key });
  await own.end();
  const list = (by: { id: string }) => as(by, async () => listArchives(await enter()));
  expect(await list(boss)).toEqual({ archives: [expect.objectContaining({ firstSeq: 1, keyId: key.keyId })], count: 1 });
  expect(await list(member)).toEqual({ archives: [], count: 0 });
});
