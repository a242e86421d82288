import { execFileSync } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { migrateQueue } from "../../scripts/migrate";
import { startPostgres } from "../../scripts/postgres";

const MIGRATIONS = fileURLToPath(new URL("../../prisma/migrations", import.meta.url));

/** How the processes of one run find its server: the environment is what vitest and Playwright workers both inherit. */
const SERVER = "FOYER_TEST_SERVER";
const TEMPLATE = "FOYER_TEST_TEMPLATE";
const FOLDER = "FOYER_TEST_FOLDER";

/**
 * Starts the run's PostgreSQL (or takes TEST_DATABASE_URL) and makes the migrated template; `stop` leaves nothing behind. A run
 * inside another (scripts/mutants.ts starts many) takes that one's, and leaves it the template.
 */
export async function startCluster(): Promise<{ stop(): Promise<void> }> {
  const [outer, made] = [process.env[SERVER], process.env[TEMPLATE]];
  if (outer && made) return { stop: () => dropAll(outer, `${made}_`) };
  const folder = runFolder();
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, stop: async () => {} } : await startFast(join(folder, "postgres"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  // Ctrl-C skips the tear-down. After startPostgres(), whose own exit hook has to end the server first.
  process.once("exit", remove);
  // Playwright leaves these two to Node, which would end without any exit hook.
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(143));
  // Unique, because two runs may share the server of TEST_DATABASE_URL.
  const template = `foyer_test_${randomBytes(4).toString("hex")}`;
  const stop = async () => {
    if (given) await dropAll(server.url, template);
    await server.stop();
    remove();
  };
  try {
    await connected(server.url, (client) => client.query(`CREATE DATABASE ${template}`));
    await migrate(databaseUrl(server.url, template));
  } catch (error) {
    await stop();
    throw error;
  }
  Object.assign(process.env, { [SERVER]: server.url, [TEMPLATE]: template, [FOLDER]: folder });
  return { stop };
}

/**
 * A new database cloned from the template (about 30 ms): its URL. One of the same name in this run is dropped first, with
 * all that a test did to its rows, triggers and sequences; emptying tables would take 20 ms and need a superuser.
 */
export async function cloneDatabase(name: string = randomBytes(4).toString("hex")): Promise<string> {
  const [server, template] = [process.env[SERVER], process.env[TEMPLATE]];
  if (!server || !template) throw new Error("No test database: start one with startCluster() in a global setup.");
  const database = `${template}_${name}`;
  await connected(server, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    await client.query(`CREATE DATABASE "${database}" TEMPLATE ${template}`);
  });
  return databaseUrl(server, database);
}

/** A new folder that goes when the run ends, however it ends. */
export function temporaryFolder(): string {
  const folder = process.env[FOLDER];
  if (!folder) throw new Error("No test run: start one with startCluster() in a global setup.");
  return mkdtempSync(join(folder, "data-"));
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

/** Everything a run writes lies in one folder, because a worker that is killed by Ctrl-C cannot clean up its own. */
function runFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "foyer-test-"));
  // Under root PostgreSQL runs as another user, who has to get through here to its data.
  chmodSync(folder, 0o711);
  return folder;
}

/** The embedded server as `npm start` runs it, except that nothing of it has to survive a crash. */
async function startFast(dir: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = await startPostgres({ dir, log: () => {}, port: await freePort() });
  const url = new URL(databaseUrl(server.url, "postgres"));
  url.username = "postgres";
  url.password = readFileSync(join(dir, "superuser-password"), "utf8").trim();
  await connected(url.href, async (client) => {
    // Autovacuum runs as the superuser: a database that it looks over just now cannot be dropped by its owner.
    for (const setting of ["fsync", "synchronous_commit", "full_page_writes", "autovacuum"])
      await client.query(`ALTER SYSTEM SET ${setting} = off`);
    await client.query("SELECT pg_reload_conf()");
  });
  return { url: server.url, stop: () => server.stop() };
}

/**
 * A server of a test's own with one migrated database, which may be stopped, killed and frozen without anybody else's noticing.
 * As `npm start` runs it: what was committed is there again after a crash.
 */
export async function startOwnPostgres() {
  const dir = join(temporaryFolder(), "postgres");
  let server = await startPostgres({ dir, log: () => {}, port: await freePort() });
  await migrate(server.url);
  const signal = (name: NodeJS.Signals) => {
    const postmaster = Number.parseInt(readFileSync(join(server.data, "postmaster.pid"), "utf8"), 10);
    // The postmaster first: it would take the silence of a child for its death, and must not start others meanwhile.
    send(postmaster, name);
    for (const pid of childrenOf(postmaster)) send(pid, name);
  };
  return {
    url: server.url,
    stop: () => server.stop(),
    /** Again, on the same port with the same data. */
    start: async () => {
      server = await startPostgres({ dir, log: () => {}, port: server.port });
    },
    /** Connections stay open, and nobody answers on them. */
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
  };
}

/** A child may have gone since it was counted. */
function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function childrenOf(parent: number): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => line.trim().split(/\s+/).map(Number)).flatMap(([pid, ppid]) => (pid && ppid === parent ? [pid] : []));
}

/** Applies every migration in order, and records each as Prisma does, so that `migrate deploy` finds nothing to do. */
async function migrate(url: string): Promise<void> {
  const names = existsSync(MIGRATIONS) ? (await readdir(MIGRATIONS)).sort() : [];
  await connected(url, async (client) => {
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
    await migrateQueue(client, url);
  });
}

async function dropAll(url: string, prefix: string): Promise<void> {
  await connected(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [prefix]);
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  });
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
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
