import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Logger, runMigrations } from "graphile-worker";
import pg from "pg";
import { prisma } from "./prisma";
import { root } from "./root";
import { UserError } from "./terminal.mjs";

const FOLDER = join(root, "prisma", "migrations");
/** Any number of ours: two starts on one database migrate one after the other. */
const LOCK = 0x666f79_01;
const UNDEFINED_TABLE = "42P01";
/** The queue's own migrations, which come with its package. */
const QUEUE_FOLDER = join(root, "node_modules", "graphile-worker", "sql");

export type MigrationState = { pending: string[]; failed: string[]; unknown: string[] };

/** Brings the database up to the migrations of this release; asks the Prisma CLI only when there is something to do. Returns what it did. */
export async function migrate(url: string): Promise<string> {
  return withClient(url, async (client) => {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    const { pending, failed, unknown } = await migrationState(client);
    if (failed.length > 0) throw new UserError(explainFailed(failed));
    if (pending.length === 0) {
      await migrateQueue(client, url);
      return unknown.length > 0 ? `up to date; ${unknown.length} of a newer release` : "up to date";
    }
    const { code, output } = await prisma(["migrate", "deploy"], { env: { DATABASE_URL: url }, quiet: true });
    if (code === 0) {
      await migrateQueue(client, url);
      return `${pending.length} applied`;
    }
    const after = await migrationState(client);
    throw new UserError(
      [output.trim(), after.failed.length > 0 ? explainFailed(after.failed) : "prisma migrate deploy failed."].join("\n\n"),
    );
  });
}

/** Brings the queue's tables (schema graphile_worker) up to what its package wants; one query when they are. */
export async function migrateQueue(client: pg.Client, url: string): Promise<void> {
  const wanted = Math.max(...readdirSync(QUEUE_FOLDER).map((name) => Number.parseInt(name, 10) || 0));
  const { rows } = await client
    .query<{ latest: number | null }>("SELECT max(id) AS latest FROM graphile_worker.migrations")
    .catch(orNothing);
  if ((rows[0]?.latest ?? 0) >= wanted) return;
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => {});
  pool.on("connect", (connection) => connection.on("error", () => {}));
  try {
    await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}) });
  } finally {
    // Before anybody clones this database: PostgreSQL copies none that somebody is connected to.
    await pool.end();
  }
}

/** What the database has of the migrations in prisma/migrations, by one query. */
export async function migrationState(client: pg.Client): Promise<MigrationState> {
  const folders = readdirSync(FOLDER)
    .filter((name) => existsSync(join(FOLDER, name, "migration.sql")))
    .sort();
  const rows = await client
    .query<{ name: string; done: boolean }>(
      "SELECT migration_name AS name, finished_at IS NOT NULL AS done FROM _prisma_migrations WHERE rolled_back_at IS NULL",
    )
    .catch(orNothing)
    .then(({ rows }) => rows);
  const done = new Set(rows.filter((row) => row.done).map(({ name }) => name));
  return {
    pending: folders.filter((name) => !done.has(name)),
    failed: rows.filter((row) => !row.done).map(({ name }) => name),
    unknown: [...done].filter((name) => !folders.includes(name)),
  };
}

/** Runs `work` on one connection; throws UserError when the server does not let us in. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // The password is part of the address, so the address is never printed.
  const { hostname, port, pathname } = new URL(url);
  try {
    await client.connect();
  } catch (error) {
    const first = error instanceof AggregateError ? error.errors[0] : error;
    throw new UserError(
      `The database ${pathname.slice(1)} at ${hostname}:${port || 5432} cannot be reached: ${first instanceof Error ? first.message : first}. DATABASE_URL names it.`,
    );
  }
  client.on("error", () => {});
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A table that is not there yet has no rows. */
function orNothing(error: unknown): { rows: never[] } {
  if (error instanceof Error && "code" in error && error.code === UNDEFINED_TABLE) return { rows: [] };
  throw error;
}

function explainFailed(names: string[]): string {
  return [
    `A migration failed earlier and the database waits for a decision: ${names.join(", ")}.`,
    "See what it did, mend or undo it by hand, then tell Prisma which of the two it was:",
    ...names.flatMap((name) => [
      `  npm run db:migrate -- resolve --rolled-back ${name}    (undone: it will run again)`,
      `  npm run db:migrate -- resolve --applied ${name}        (completed by hand)`,
    ]),
  ].join("\n");
}
