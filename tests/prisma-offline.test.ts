import { appendFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { prisma } from "../scripts/prisma";
import { root } from "../scripts/root";
import { cloneDatabase, temporaryFolder } from "./support/postgres";

/** Named, so that it is tested also where Prisma's native engine is installed. */
const PRISMA_SCHEMA_ENGINE_BINARY = join(root, "scripts", "schema-engine.mjs");
const DIFF = ["migrate", "diff", "--from-config-datasource", "--exit-code", "--to-schema"];

describe.concurrent("Prisma's commands by the WebAssembly engine", { timeout: 120_000 }, () => {
  test("a change of the schema becomes a draft, a migration and a database that agrees with it", async ({ expect, skip }) => {
    const { run, query, schema, migrations, addColumn } = await project();
    const before = migrations();
    addColumn("nickname String? @db.VarChar(40)");

    await run(0, "migrate", "dev", "--create-only", "--name", "nickname");
    const [draft = "", ...more] = migrations().filter((name) => !before.includes(name));
    expect([draft, more]).toEqual([expect.stringMatching(/^\d{14}_nickname$/), []]);
    expect(readFileSync(schema.migration(draft), "utf8")).toMatch(/^ALTER TABLE "User" ADD COLUMN +"nickname" VARCHAR\(40\);$/m);
    expect(await run(2, ...DIFF, schema.path)).toContain("Added column `nickname`");

    // Semicolons within a body: a script that is cut at each of them fails.
    appendFileSync(schema.migration(draft), "DO $$ BEGIN PERFORM 1; PERFORM 2; END $$;\n");
    expect(await run(0, "migrate", "dev")).toContain("in sync with your schema");
    expect(migrations()).toEqual([...before, draft]);
    const [level, same] = await Promise.all([run(0, "migrate", "status"), run(0, ...DIFF, schema.path)]);
    expect(level).toContain("up to date");
    expect(same).toContain("No difference");

    await query(`INSERT INTO "Tombstone" ("userId", "changedXid") VALUES (gen_random_uuid(), 0)`);
    const reset = await run(undefined, "migrate", "reset", "--force");
    if (reset.includes("PRISMA_USER_CONSENT")) skip("Prisma lets no agent reset a database");
    expect(reset).toContain("Database reset successful");
    expect(await query(`SELECT count(*)::int AS rows FROM "Tombstone"`)).toEqual([{ rows: 0 }]);
    expect(await query("SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1")).toEqual(
      migrations().map((name) => ({ name })),
    );
  });

  test("migrate dev applies what a new database lacks, then makes the next migration; deploy finds nothing to do", async ({ expect }) => {
    const { run, query, migrations, addColumn } = await project();
    await query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    const before = migrations();
    addColumn("nickname String?");
    const output = await run(0, "migrate", "dev", "--name", "nickname");
    for (const name of migrations()) expect(output).toContain(name);
    expect(migrations()).toHaveLength(before.length + 1);
    expect(await query(`SELECT "nickname" FROM "User"`)).toEqual([]);
    expect(await run(0, "migrate", "deploy")).toContain("No pending migrations");
  });
});

// Polled, because another run on a shared server may have one of its own just now.
test("no shadow database is left behind", async () => {
  const { query } = await project();
  const left = () => query("SELECT datname FROM pg_database WHERE starts_with(datname, 'prisma_migrate_shadow_db_')");
  await expect.poll(left, { timeout: 30_000 }).toEqual([]);
});

/** A copy of prisma/ beside a database that has its migrations, and the Prisma CLI on the two. */
async function project() {
  const folder = temporaryFolder();
  cpSync(join(root, "prisma"), join(folder, "prisma"), { recursive: true });
  const [path, history] = [join(folder, "prisma", "schema.prisma"), join(folder, "prisma", "migrations")];
  const config = join(folder, "prisma.config.mjs");
  const url = await cloneDatabase();
  writeFileSync(config, `export default ${JSON.stringify({ schema: path, migrations: { path: history }, datasource: { url } })};`);
  return {
    schema: { path, migration: (name: string) => join(history, name, "migration.sql") },
    migrations: () =>
      readdirSync(history)
        .filter((name) => !name.includes("."))
        .sort(),
    addColumn: (line: string) => writeFileSync(path, readFileSync(path, "utf8").replace(/^model User \{$/m, `$&\n  ${line}`)),
    /** What it printed, which a failed expectation of its exit code shows. */
    async run(expected: number | undefined, ...args: string[]): Promise<string> {
      const { code, output } = await prisma([...args, "--config", config], { env: { PRISMA_SCHEMA_ENGINE_BINARY }, quiet: true });
      if (expected !== undefined) expect(code, output).toBe(expected);
      return output;
    },
    async query(text: string): Promise<unknown[]> {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    },
  };
}
