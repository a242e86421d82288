import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "../../scripts/postgres";
import { cloneDatabase, freePort, startCluster } from "../support/postgres";

export interface Database {
  url: string;
  /** Connected as superuser, who alone may see whose statements ran. */
  client: pg.Client;
  /** Another empty database on the same server. */
  emptyUrl: string;
  /** What PostgreSQL says. */
  logPath: string;
  stop(): Promise<void>;
}

/** PostgreSQL as `npm start` runs it (durable, unlike the tests' one), counting statements, with a migrated database. */
export async function startDatabase(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), "foyer-bench-data-"));
  chmodSync(folder, 0o711);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const dir = join(folder, "postgres");
  const options = { dir, log: () => {}, port: await freePort() };
  const first = await startPostgres(options);
  const password = readFileSync(join(dir, "superuser-password"), "utf8").trim();
  await asSuperuser(first.url, password, "postgres", (client) =>
    client.query("ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements"),
  );
  await first.stop();
  const server = await startPostgres(options);
  process.env.TEST_DATABASE_URL = server.url;
  const cluster = await startCluster();
  const url = await cloneDatabase("bench");
  await asSuperuser(server.url, password, "postgres", (client) => client.query("CREATE DATABASE peers OWNER foyer"));
  const client = new pg.Client({ connectionString: superuserUrl(url, password) });
  await client.connect();
  await client.query("CREATE EXTENSION pg_stat_statements");
  const emptyUrl = new URL(url);
  emptyUrl.pathname = "/peers";
  return {
    url,
    client,
    emptyUrl: emptyUrl.href,
    logPath: join(dir, "postgres.log"),
    stop: async () => {
      await client.end();
      await cluster.stop();
      await server.stop();
    },
  };
}

async function asSuperuser(url: string, password: string, database: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl(url, password, database) });
  await client.connect();
  await work(client).finally(() => client.end());
}

function superuserUrl(url: string, password: string, database?: string): string {
  const own = new URL(url);
  own.username = "postgres";
  own.password = password;
  if (database) own.pathname = `/${database}`;
  return own.href;
}
