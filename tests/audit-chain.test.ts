import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { changeRole } from "@/features/people/actions";
import { db } from "@/lib/db";
import { verifyAudit } from "../scripts/audit-chain";
import { main as dbCommand } from "../scripts/db";
import { runSql } from "../scripts/db-sql";
import { admin, person } from "./support/people";
import { cloneDatabase, temporaryFolder } from "./support/postgres";
import { as } from "./support/request";

const run = promisify(execFile);
let client: pg.Client;
let url: string;

/** A log of ten events, a minute apart in time and each its own transaction. */
beforeEach(async () => {
  url = await cloneDatabase("audit_chain");
  client = new pg.Client(url);
  await client.connect();
  for (let index = 1; index <= 10; index++) await write(index);
});
afterEach(() => client.end());
const sql = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;
const write = (index: number) =>
  sql(
    `INSERT INTO "AuditEvent" ("id", "at", "action", "subjectType", "subjectId", "after")
     VALUES ($1, timestamptz '2026-01-01 12:00:00.123+00' + make_interval(mins => $2), 'user.signed_in', 'User', $3, $4)`,
    [idOf(index), index, `user ${index} “é”`, JSON.stringify({ number: index, text: 'a "quoted" \\ line\n' })],
  );
const idOf = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, "0")}`;
/** As somebody would who owns the tables, and so can switch triggers off. */
const tamper = async (text: string) => {
  await sql('ALTER TABLE "AuditEvent" DISABLE TRIGGER USER');
  await sql('ALTER TABLE "AuditLink" DISABLE TRIGGER USER');
  await sql(text);
};

describe("the audit log's chain", () => {
  test("of a log as it was written nothing is said, and its end is named", async () => {
    const verdict = await verifyAudit(client);
    expect(verdict).toMatchObject({ rows: 10, problems: [], head: { seq: 10 } });
    expect(await verifyAudit(client, verdict.head ? [verdict.head] : [])).toMatchObject({ problems: [] });
  });

  test.each([
    ["action", `'user.signed_out'`],
    ["at", `"at" + interval '1 millisecond'`],
    ["actorId", `'${idOf(1)}'`],
    ["realActorId", `'${idOf(1)}'`],
    ["subjectType", `'File'`],
    ["subjectId", `NULL`],
    ["ip", `'192.0.2.1'`],
    ["userAgent", `'x'`],
    ["before", `'{}'`],
    ["after", `'{"number": 5}'`],
  ])("a changed %s is found, and where", async (column, value) => {
    await tamper(`UPDATE "AuditEvent" SET "${column}" = ${value} WHERE "id" = '${idOf(5)}'`);
    const { problems } = await verifyAudit(client);
    expect(problems).toEqual([expect.stringContaining(`row 5 was changed or moved: event ${idOf(5)}`)]);
  });

  test("a removed event is found, its link gone too or not", async () => {
    await tamper(`DELETE FROM "AuditEvent" WHERE "id" = '${idOf(4)}'`);
    expect((await verifyAudit(client)).problems).toEqual([`row 4 was removed: event ${idOf(4)}`]);
    await sql(`DELETE FROM "AuditLink" WHERE "seq" = 4`);
    const unchecked = (row: number) => `row ${row} cannot be checked, since the one before it is gone: event ${idOf(row)}`;
    expect((await verifyAudit(client)).problems).toEqual(["row 4 was removed from the chain", unchecked(5)]);
    await sql(`DELETE FROM "AuditLink" WHERE "seq" IN (5, 6)`);
    expect((await verifyAudit(client)).problems).toEqual([
      "rows 4 to 6 were removed from the chain",
      unchecked(7),
      expect.stringContaining(`added past the chain: ${idOf(5)}`),
      expect.stringContaining(`added past the chain: ${idOf(6)}`),
    ]);
  });

  test("an event hidden before the first place is found", async () => {
    await tamper(`ALTER TABLE "AuditLink" DROP CONSTRAINT "AuditLink_seq_check"`);
    await write(11);
    for (const [index, seq] of [
      [11, -1],
      [10, 0],
    ])
      await sql(`INSERT INTO "AuditLink" ("seq", "eventId", "hash") VALUES ($1, $2, '') ON CONFLICT ("eventId") DO UPDATE SET "seq" = $1`, [
        seq,
        idOf(index ?? 0),
      ]);
    expect((await verifyAudit(client)).problems).toEqual([
      `a place was added before the first: -1, event ${idOf(11)}`,
      `a place was added before the first: 0, event ${idOf(10)}`,
    ]);
  });

  test("an event written past the trigger is found", async () => {
    await tamper("SELECT 1");
    await write(11);
    expect((await verifyAudit(client)).problems).toEqual([expect.stringContaining(`added past the chain: ${idOf(11)}`)]);
  });

  test("two events that changed places are found, both", async () => {
    await tamper(`UPDATE "AuditLink" SET "eventId" = '${idOf(99)}' WHERE "seq" = 3`);
    await sql(`UPDATE "AuditLink" SET "eventId" = '${idOf(3)}' WHERE "seq" = 7`);
    await sql(`UPDATE "AuditLink" SET "eventId" = '${idOf(7)}' WHERE "seq" = 3`);
    expect((await verifyAudit(client)).problems).toEqual([
      expect.stringContaining("row 3 was changed or moved"),
      expect.stringContaining("row 7 was changed or moved"),
    ]);
  });

  test("a log cut at its end, or hashed anew from somewhere on, is found by an end it had before", async () => {
    const { head } = await verifyAudit(client);
    const heads = head ? [head] : [];
    await tamper(`DELETE FROM "AuditLink" WHERE "seq" > 8`);
    await sql(`DELETE FROM "AuditEvent" WHERE "id" IN ('${idOf(9)}', '${idOf(10)}')`);
    expect((await verifyAudit(client)).problems).toEqual([]);
    expect((await verifyAudit(client, heads)).problems).toEqual(["the log ends with row 8; when it was last verified it reached 10"]);
    // By the very function that made the chain.
    await sql(`ALTER TABLE "AuditEvent" ENABLE TRIGGER foyer_audit_link`);
    for (const index of [21, 22]) await write(index);
    expect((await verifyAudit(client)).problems).toEqual([]);
    expect((await verifyAudit(client, heads)).problems).toEqual(["row 10 was hashed anew since the log was last verified"]);
  });

  test("neither links nor events can be changed, removed or emptied by what the site asks for", async () => {
    for (const table of ["AuditEvent", "AuditLink"])
      for (const statement of [`UPDATE "${table}" SET "hash" = ''`, `DELETE FROM "${table}"`, `TRUNCATE "${table}"`])
        await expect(sql(table === "AuditEvent" ? statement.replace(`"hash" = ''`, `"action" = 'x'`) : statement)).rejects.toThrow(
          /append-only/,
        );
  });

  test("the command names what is wrong and leaves with 1; otherwise it remembers the end", { timeout: 60_000 }, async () => {
    const data = mkdtempSync(join(temporaryFolder(), "audit-"));
    const verify = (...args: string[]) =>
      run(process.execPath, ["scripts/run.mjs", "audit", "verify", ...args], {
        env: { ...process.env, DATABASE_URL: url, FOYER_DATA: data, AUTH_SECRET: process.env.AUTH_SECRET },
      }).then(
        ({ stdout }) => ({ code: 0, said: stdout }),
        ({ code, stdout, stderr }) => ({ code, said: `${stdout}${stderr}` }),
      );
    expect(await verify()).toEqual({
      code: 0,
      said: expect.stringMatching(/^The audit log is as it was written: 10 rows\. It ends with 10:[0-9a-f]{64}\n$/),
    });
    expect(JSON.parse(readFileSync(join(data, "audit-head.json"), "utf8"))).toMatchObject({ seq: 10 });
    await tamper(`UPDATE "AuditEvent" SET "subjectId" = 'else' WHERE "id" = '${idOf(2)}'`);
    expect(await verify()).toEqual({
      code: 1,
      said: expect.stringContaining(`row 2 was changed or moved: event ${idOf(2)} (user.signed_in, 2026-01-01T12:02:00.123Z)`),
    });
    expect(await verify("--head", "12")).toEqual({ code: 1, said: expect.stringContaining("--head SEQ:HASH") });
    writeFileSync(join(data, "audit-head.json"), "{");
    expect(await verify()).toEqual({ code: 1, said: expect.stringContaining("audit-head.json cannot be read") });
  });
});

test("the guide's trial: SQL is refused the log, and a row that was changed behind its guard is named", async () => {
  const guide = readFileSync("docs/guides/deploy.md", "utf8");
  const trial = guide.slice(guide.indexOf("To see it happen"), guide.indexOf("The last one names row 3"));
  const [refused = "", behind = ""] = [...trial.matchAll(/npm run db:sql -- '([^']+)'/g)].map(([, statement]) => statement);
  await expect(runSql(url, [refused])).rejects.toThrow("append-only");
  const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await runSql(url, [behind])).toBe(0);
  expect(said.mock.calls.flat().join("")).toBe("ALTER\nUPDATE: 1 row\nALTER\n");
  const table = vi.spyOn(console, "table").mockReturnValue();
  expect(await runSql(url, ['SELECT "hash" FROM "AuditLink" WHERE "seq" = 1'])).toBe(0);
  expect(table.mock.calls).toEqual([[[{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]]]);
  await expect(dbCommand(["sqll"])).rejects.toThrow("there are migrate, seed, studio, sql.");
  table.mockRestore();
  said.mockRestore();
  expect((await verifyAudit(client)).problems).toEqual([expect.stringContaining(`row 3 was changed or moved: event ${idOf(3)}`)]);
  await expect(runSql(url, [])).rejects.toThrow("npm run db:sql -- '");
  await expect(runSql(url, ["SELEC 1"])).rejects.toThrow("PostgreSQL: syntax error");
});

describe("what the site writes", () => {
  let own: pg.Client;
  beforeAll(async () => {
    own = new pg.Client(process.env.DATABASE_URL);
    await own.connect();
  });
  afterAll(() => own.end());

  test("is a chain also when fifty write at once, of whom some give up", async () => {
    const boss = await admin();
    const people = await Promise.all(Array.from({ length: 25 }, () => person()));
    let waiting = 0;
    let go = () => {};
    const all = new Promise<void>((done) => {
      go = done;
    });
    const ready = async () => {
      if (++waiting === 50) go();
      await all;
    };
    await Promise.all([
      ...people.map(({ id }) => as(boss, () => changeRole({ userId: id, role: "ADMIN" }))),
      // Nothing but the chain puts these in a row.
      ...Array.from({ length: 50 }, async (_, index) => {
        const client = new pg.Client(process.env.DATABASE_URL);
        await client.connect();
        await client.query("BEGIN");
        await client.query(
          `INSERT INTO "AuditEvent" ("id", "action", "subjectType", "subjectId") VALUES (gen_random_uuid(), 'user.signed_in', 'User', $1)`,
          [index],
        );
        await ready();
        await client.query("COMMIT");
        await client.end();
      }),
      ...people.map(({ id }) =>
        db()
          .$transaction(async (tx) => {
            await tx.auditEvent.create({ data: { action: "user.signed_in", subjectType: "User", subjectId: id } });
            throw new Error("given up");
          })
          .catch(() => null),
      ),
    ]);
    const { rows, problems } = await verifyAudit(own);
    expect(problems).toEqual([]);
    expect(rows).toBe(await db().auditEvent.count());
    expect(rows).toBeGreaterThan(70);
  });
});
