import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { type Env, EnvError } from "../src/lib/env";
import { AzureStorage } from "../src/storage/azure";
import { S3Storage } from "../src/storage/s3";
import type { Storage } from "../src/storage/storage";
import { isBuilt } from "./build";
import { readEnvironment } from "./environment";
import { isInstalled } from "./install.mjs";
import { migrationState, withClient } from "./migrate";
import { runningPostgres } from "./postgres";
import { lockHolder } from "./process-lock.mjs";
import { root } from "./root";
import { requireFreePort } from "./supervisor";
import { colour, counted } from "./terminal.mjs";

type State = "ok" | "warn" | "missing";
type Finding = { state: State; what: string; says: string };

const COLOURS: Record<State, number> = { ok: 32, warn: 33, missing: 31 };
const OLDEST_POSTGRES = 150_000;
const LOW_DISK_BYTES = 1_000_000_000;
const STORE_TIMEOUT_MS = 10_000;

/** `npm run doctor`: what is configured, reachable and missing; exit code 1 when something would stop a start. */
export async function main(): Promise<number> {
  const findings = [...tools(), ...(await configuration())];
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const { state, what, says } of findings)
    process.stdout.write(`  ${colour(COLOURS[state], state.padEnd(7))}  ${what.padEnd(width)}  ${says}\n`);
  const missing = findings.filter(({ state }) => state === "missing").length;
  process.stdout.write(missing ? `\n${missing} of these would stop a start.\n` : "\nNothing would stop a start.\n");
  return missing ? 1 : 0;
}

function tools(): Finding[] {
  return [
    { state: "ok", what: "Node.js", says: process.versions.node },
    isInstalled(root, true)
      ? ok("Dependencies", "as package-lock.json names them")
      : ok("Dependencies", "as far as a running site needs them; npm run setup brings those for development"),
    isBuilt() ? ok("Build", "of this source") : warn("Build", "none of this source; npm start makes it"),
  ];
}

async function configuration(): Promise<Finding[]> {
  let env: Env;
  try {
    env = readEnvironment();
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    return error.message.split("\n").map((line) => missing("Environment", line));
  }
  const running = lockHolder(join(env.FOYER_DATA, "postgres", "lock"));
  return [
    dataFolder(env),
    running ? ok("Port", `this Foyer is running (process ${running.pid})`) : await port(env),
    await database(env),
    await storage(env),
    env.AUTH_SECRET ? ok("Secret", "AUTH_SECRET is set") : ok("Secret", "generated in the data folder; AUTH_SECRET replaces it"),
    env.AUTH_URL ? ok("Address", env.AUTH_URL) : ok("Address", "that of each request; AUTH_URL fixes it"),
    env.AUTH_TRUST_HOST
      ? warn("Proxies", "AUTH_TRUST_HOST believes every peer's X-Forwarded-Host; TRUSTED_PROXIES names those to believe")
      : ok("Proxies", `TRUSTED_PROXIES is ${env.TRUSTED_PROXIES}`),
    env.SMTP_URL ? ok("Mail", "by the server of SMTP_URL") : ok("Mail", "shown at /dev/mailbox; SMTP_URL names a server that delivers it"),
    ok(
      "Guesses",
      env.REDIS_URL ? "counted in Redis (REDIS_URL), in the database while it is away" : "counted in the database; REDIS_URL names a Redis",
    ),
    ok(
      "Places",
      env.GEOIP_DB_PATH ? `devices show where they are, by ${env.GEOIP_DB_PATH}` : "not shown; GEOIP_DB_PATH names a MaxMind DB file",
    ),
    env.AUTH_GITHUB_ID ? ok("GitHub sign-in", "on") : ok("GitHub sign-in", "off; AUTH_GITHUB_ID and AUTH_GITHUB_SECRET switch it on"),
  ];
}

function dataFolder({ FOYER_DATA }: Env): Finding {
  const what = "Data folder";
  if (!existsSync(FOYER_DATA)) return ok(what, `${FOYER_DATA}, made at the first start; FOYER_DATA names another`);
  try {
    accessSync(FOYER_DATA, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return missing(what, `${FOYER_DATA} cannot be written by this user; FOYER_DATA names another`);
  }
  const { bavail, bsize } = statfsSync(FOYER_DATA);
  const free = bavail * bsize;
  const says = `${FOYER_DATA}, ${(free / 1e9).toFixed(1)} GB free`;
  return free < LOW_DISK_BYTES ? warn(what, `${says}: little room`) : ok(what, says);
}

async function port(env: Env): Promise<Finding> {
  try {
    await requireFreePort(env, "npm start");
    return ok("Port", `${env.PORT} is free; PORT names another`);
  } catch (error) {
    return missing("Port", error instanceof Error ? error.message : String(error));
  }
}

async function database({ DATABASE_URL, FOYER_DATA }: Env): Promise<Finding> {
  const what = "Database";
  const embedded = DATABASE_URL ? null : await runningPostgres(join(FOYER_DATA, "postgres"));
  const url = DATABASE_URL ?? embedded?.url;
  if (!url) return ok(what, "embedded PostgreSQL 18, not running now; DATABASE_URL names another");
  try {
    return await withClient(url, async (client) => {
      const { rows } = await client.query<{ number: number; version: string }>(
        "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
      );
      const { number = 0, version = "" } = rows[0] ?? {};
      if (number < OLDEST_POSTGRES) return missing(what, `PostgreSQL ${version} is too old: 15 or newer is needed`);
      const { pending, failed } = await migrationState(client);
      if (failed.length > 0) return missing(what, `migration ${failed.join(", ")} failed; npm run db:migrate -- status says more`);
      return ok(
        what,
        `${embedded ? "embedded " : ""}PostgreSQL ${version}, ${pending.length > 0 ? `${counted(pending.length, "migration")} pending; npm start applies them` : "migrations up to date"}`,
      );
    });
  } catch (error) {
    return missing(what, error instanceof Error ? error.message : String(error));
  }
}

async function storage(env: Env): Promise<Finding> {
  const what = "Files";
  if (env.STORAGE_PROVIDER === "LOCAL") return ok(what, "on this disk, in the data folder; S3_BUCKET_NAME names a bucket");
  const { name, settings, store } = storeOf(env);
  try {
    await store.check();
    return ok(what, `${name} answers`);
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    const why = cause instanceof Error ? cause.name : String(error);
    return missing(what, `${name} does not answer (${why}); see ${settings}`);
  }
}

/** The store, what to call it, and where to look when it does not answer. */
function storeOf(env: Env): { name: string; settings: string; store: Pick<Storage, "check"> } {
  const timeoutMs = STORE_TIMEOUT_MS;
  const keys = (accessKeyId?: string, secretAccessKey?: string) =>
    accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  if (env.STORAGE_PROVIDER === "AZURE") {
    const { AZURE_STORAGE_CONNECTION_STRING: connectionString = "", AZURE_CONTAINER: container = "" } = env;
    const settings = "AZURE_CONTAINER, AZURE_STORAGE_CONNECTION_STRING";
    return { name: `container ${container}`, settings, store: new AzureStorage({ connectionString, container, timeoutMs }) };
  }
  if (env.STORAGE_PROVIDER === "GCS") {
    const credentials = keys(env.GCS_ACCESS_KEY_ID, env.GCS_SECRET_ACCESS_KEY);
    const { GCS_BUCKET_NAME: bucket = "", GCS_ENDPOINT_URL: endpoint } = env;
    const store = new S3Storage({ bucket, endpoint, region: "auto", forcePathStyle: true, credentials, timeoutMs });
    return { name: `bucket ${bucket}`, settings: "GCS_BUCKET_NAME, GCS_ACCESS_KEY_ID, GCS_SECRET_ACCESS_KEY", store };
  }
  const { S3_BUCKET_NAME: bucket = "", AWS_REGION: region, AWS_ENDPOINT_URL_S3: endpoint, S3_FORCE_PATH_STYLE: forcePathStyle } = env;
  const credentials = keys(env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY);
  const settings = "S3_BUCKET_NAME, AWS_REGION, AWS_ENDPOINT_URL_S3, S3_FORCE_PATH_STYLE, AWS_ACCESS_KEY_ID";
  return { name: `bucket ${bucket}`, settings, store: new S3Storage({ bucket, region, endpoint, forcePathStyle, credentials, timeoutMs }) };
}

const ok = (what: string, says: string): Finding => ({ state: "ok", what, says });
const warn = (what: string, says: string): Finding => ({ state: "warn", what, says });
const missing = (what: string, says: string): Finding => ({ state: "missing", what, says });
