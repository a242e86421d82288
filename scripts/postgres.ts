import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Account, type Place, place } from "./postgres-place";
import { isPostmasterOf, postmasterOf } from "./postmaster";
import { HeldError, type Holder, lockHolder, takeLock } from "./process-lock.mjs";
import { UserError } from "./terminal.mjs";

const PREFERRED_PORT = 54_320;
const MAX_CONNECTIONS = 100;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const LEFTOVER_TIMEOUT_MS = 15_000;
const PORT_ATTEMPTS = 5;
const LOG_LIMIT_BYTES = 5_000_000;
const DATABASE = "foyer";
const POLL_MS = 15;

export type RunningPostgres = {
  /** Connects as the owner of database `foyer`, who may create further databases but is no superuser. */
  url: string;
  port: number;
  /** Where the cluster lies: below `dir`, or elsewhere when PostgreSQL's user could not reach that. */
  data: string;
  /** Fast shutdown; resolves when the server is gone. May be called more than once. */
  stop(): Promise<void>;
  /** Resolves when the server is gone, also when nobody asked for it. */
  exited: Promise<void>;
};

type Options = {
  /** Folder of this cluster: data, passwords, log, lock. Made when missing. */
  dir: string;
  /** Told in one sentence what was found and done. */
  log(text: string): void;
  /** Port to try first; another free one is taken when it is busy. */
  port?: number;
};

/**
 * Starts PostgreSQL 18 on the cluster in `dir`, which is made on first use, on 127.0.0.1 only. Throws UserError when another
 * live process holds the cluster or it cannot start; what a crash left behind is cleared first.
 */
export async function startPostgres({ dir: given, log, port }: Options): Promise<RunningPostgres> {
  const dir = resolve(given);
  // As root, PostgreSQL's own user has to pass through it; the secrets in it are 0600.
  await mkdir(dir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 }).catch(refuseForeign(dir));
  const release = await takeLock(join(dir, "lock"), "another Foyer").catch(explainHeld(dir));
  try {
    const where = await place(dir, log);
    const passwords = { owner: await secretFile(join(dir, "password")), superuser: await secretFile(join(dir, "superuser-password")) };
    await requireCluster(where, passwords.superuser, log);
    await stopLeftover(where.data, log);
    const { server, port: taken } = await launch(dir, where, port ?? (await lastPort(dir)), log);
    const stop = stopper(server, release);
    try {
      await requireDatabase(taken, passwords);
      await writeFile(join(dir, "port"), `${taken}\n`);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url: urlOf(taken, passwords.owner), port: taken, data: where.data, stop, exited: gone(server) };
  } catch (error) {
    release();
    throw error;
  }
}

/** Address of the cluster in `dir` while another process of ours runs it, else null. */
export async function runningPostgres(dir: string): Promise<{ url: string; holder: Holder } | null> {
  const holder = lockHolder(join(resolve(dir), "lock"));
  if (!holder) return null;
  // The holder may still be starting it.
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end && lockHolder(join(resolve(dir), "lock")); await sleep(200)) {
    const where = await place(resolve(dir), () => {});
    const postmaster = await postmasterOf(where.data);
    const password = await readFile(join(resolve(dir), "password"), "utf8").catch(() => "");
    if (postmaster?.ready && password) {
      const url = urlOf(postmaster.port, password.trim());
      if (await canConnect(url)) return { url, holder };
    }
  }
  return null;
}

function urlOf(port: number, password: string, database = DATABASE, user = DATABASE): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
}

function explainHeld(dir: string) {
  return (error: unknown): never => {
    if (!(error instanceof HeldError)) return refuseForeign(dir)(error);
    throw new UserError(
      `The database in ${dir} is in use by another start (process ${error.holder.pid}). Stop that one first, or set FOYER_DATA to another folder.`,
    );
  };
}

function refuseForeign(dir: string) {
  return (error: unknown): never => {
    if (!(error instanceof Error) || !("code" in error) || !["EACCES", "EPERM", "EROFS"].includes(String(error.code))) throw error;
    throw new UserError(`The data folder ${dir} cannot be written by this user. Start as its owner, or set FOYER_DATA to another folder.`);
  };
}

/** The password in `path`, made on first use; readable by this user alone. */
async function secretFile(path: string): Promise<string> {
  const known = (await readFile(path, "utf8").catch(() => "")).trim();
  if (known) return known;
  const fresh = randomBytes(24).toString("base64url");
  await writeFile(path, `${fresh}\n`, { mode: 0o600 });
  return fresh;
}

/** Makes the cluster where there is none. It is made beside its place and renamed, so that a killed initdb leaves nothing that looks finished. */
async function requireCluster({ data, native, account }: Place, password: string, log: Options["log"]): Promise<void> {
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  if (await exists(join(data, "PG_VERSION"))) {
    await requireVersion(data);
    return;
  }
  if (await exists(data)) {
    // Not made by us, or damaged: whatever it is, it may be all that somebody has.
    const aside = `${data}.broken-${new Date().toISOString().replace(/[:.]/g, "-")}`;
    await rename(data, aside);
    log(`${data} held no finished database; it now lies in ${aside}`);
  }
  const passwordFile = `${unfinished}.password`;
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) await chown(passwordFile, account.uid, account.gid);
    // The built-in C.UTF-8 sorts the same on every system and needs no locale to be installed.
    const settings = [
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--auth=scram-sha-256",
      "--username=postgres",
    ];
    await mkdir(unfinished, { mode: 0o700 });
    if (account) await chown(unfinished, account.uid, account.gid);
    await runTool(join(native, "bin", "initdb"), [`--pgdata=${unfinished}`, `--pwfile=${passwordFile}`, ...settings], account);
    await rename(unfinished, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function requireVersion(data: string): Promise<void> {
  const version = (await readFile(join(data, "PG_VERSION"), "utf8").catch(refuseForeign(data))).trim();
  if (version !== "18")
    throw new UserError(
      `The database in ${data} is of PostgreSQL ${version}; this release brings PostgreSQL 18. Dump it with the old release and load it into a new FOYER_DATA.`,
    );
}

/** Ends a server that a killed supervisor left running, and removes the pid file of one that is gone. */
async function stopLeftover(data: string, log: Options["log"]): Promise<void> {
  const postmaster = await postmasterOf(data);
  if (!postmaster) return;
  if (await isPostmasterOf(postmaster.pid, data)) {
    log(`stopping PostgreSQL left by an earlier start (process ${postmaster.pid})`);
    process.kill(postmaster.pid, "SIGINT");
    for (const end = Date.now() + LEFTOVER_TIMEOUT_MS; await isPostmasterOf(postmaster.pid, data); await sleep(POLL_MS)) {
      if (Date.now() > end) process.kill(postmaster.pid, "SIGQUIT");
      if (Date.now() > end + LEFTOVER_TIMEOUT_MS)
        throw new UserError(
          `PostgreSQL of an earlier start (process ${postmaster.pid}) does not stop. End it with: kill -9 ${postmaster.pid}`,
        );
    }
  }
  // PostgreSQL refuses to start when the number in this file now belongs to any other program. The lock is ours, so it is stale.
  await rm(join(data, "postmaster.pid"), { force: true });
}

async function launch(dir: string, where: Place, wish: number, log: Options["log"]): Promise<{ server: ChildProcess; port: number }> {
  const logPath = join(dir, "postgres.log");
  if (((await stat(logPath).catch(() => null))?.size ?? 0) > LOG_LIMIT_BYTES) await truncate(logPath);
  let port = await freePort(wish);
  if (port !== wish) log(`port ${wish} is in use, PostgreSQL takes ${port}`);
  for (let attempt = 1; ; attempt++) {
    const { server, failure } = await attemptLaunch(logPath, where, port);
    if (!failure) return { server, port };
    const isBusy = /could not bind|address already in use/i.test(failure);
    // Backends of a killed postmaster need a moment to notice and let go of the shared memory.
    const isLingering = /pre-existing shared memory|lock file .* already exists/i.test(failure);
    if (attempt === PORT_ATTEMPTS || !(isBusy || isLingering)) throw new UserError(`PostgreSQL did not start (${logPath}):\n${failure}`);
    if (isBusy) port = await freePort(0);
    await sleep(200 * attempt);
  }
}

async function attemptLaunch(
  logPath: string,
  { data, native, account }: Place,
  port: number,
): Promise<{ server: ChildProcess; failure: string | null }> {
  const output = await open(logPath, "a", 0o600);
  const from = (await output.stat()).size;
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: MAX_CONNECTIONS,
    timezone: "UTC",
    log_timezone: "UTC",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // Its own process group: Ctrl-C in the terminal must reach the supervisor alone, which stops the site first.
  const server = spawn(join(native, "bin", "postgres"), ["-D", data, ...flags], {
    stdio: ["ignore", output.fd, output.fd],
    detached: true,
    cwd: data,
    env: toolEnvironment(),
    ...account,
  });
  const failed = new Promise<true>((done) => {
    server.once("error", () => done(true));
    server.once("exit", () => done(true));
  });
  await output.close();
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; ) {
    const postmaster = await postmasterOf(data);
    if (postmaster?.pid === server.pid && postmaster?.ready) return { server, failure: null };
    if (await Promise.race([failed, sleep(POLL_MS)]))
      return { server, failure: (await tail(logPath, from)) || `${server.spawnfile} could not be run.` };
  }
  server.kill("SIGQUIT");
  return { server, failure: `It was not ready after ${START_TIMEOUT_MS / 1000} s.\n${await tail(logPath, from)}` };
}

async function tail(path: string, from: number): Promise<string> {
  return (await readFile(path)).subarray(from).toString("utf8").trim().split("\n").slice(-12).join("\n");
}

function stopper(server: ChildProcess, release: () => void): () => Promise<void> {
  // Whoever leaves by process.exit without stop() must not leave the server behind.
  const onExit = () => void server.kill("SIGINT");
  process.once("exit", onExit);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    process.off("exit", onExit);
    // SIGINT is PostgreSQL's fast shutdown: it ends sessions, writes a checkpoint and leaves nothing to recover.
    server.kill("SIGINT");
    const force = setTimeout(() => server.kill("SIGQUIT"), STOP_TIMEOUT_MS);
    await gone(server);
    clearTimeout(force);
    release();
  };
  return () => (stopping ??= stop());
}

function gone(server: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (server.exitCode !== null || server.signalCode !== null) done();
    else server.once("exit", () => done());
  });
}

/** Role and database, made where they are missing or were left half-made; usually one connection finds both. */
async function requireDatabase(port: number, passwords: { owner: string; superuser: string }): Promise<void> {
  if (await canConnect(urlOf(port, passwords.owner))) return;
  const client = new pg.Client({ connectionString: urlOf(port, passwords.superuser, "postgres", "postgres") });
  try {
    await client.connect();
  } catch (error) {
    throw new UserError(
      `The passwords beside the database do not fit it: ${error instanceof Error ? error.message : error}. Put the files password and superuser-password back from a backup.`,
    );
  }
  try {
    const role = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [DATABASE]);
    const verb = role.rowCount ? "ALTER" : "CREATE";
    await client.query(`${verb} ROLE ${DATABASE} LOGIN CREATEDB PASSWORD ${client.escapeLiteral(passwords.owner)}`);
    const database = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (!database.rowCount) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function lastPort(dir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dir, "port"), "utf8").catch(() => ""), 10) || PREFERRED_PORT;
}

/** `wish` when it is free on 127.0.0.1, else one the system names. */
function freePort(wish: number): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", () => (wish === 0 ? fail(new UserError("No port is free on 127.0.0.1.")) : freePort(0).then(done, fail)));
    probe.listen(wish, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(address && typeof address === "object" ? address.port : wish));
    });
  });
}

function runTool(command: string, args: string[], account: Account | undefined): Promise<void> {
  return new Promise((done, fail) => {
    let output = "";
    const tool = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], cwd: "/", env: toolEnvironment(), ...account });
    tool.stdout.on("data", (chunk) => (output += chunk));
    tool.stderr.on("data", (chunk) => (output += chunk));
    tool.once("error", (error) => fail(new UserError(`${command} could not be run: ${error.message}`)));
    tool.once("close", (code, signal) =>
      code === 0 ? done() : fail(new UserError(`The database could not be made (${signal ?? `exit ${code}`}):\n${output.trim()}`)),
    );
  });
}

/** Nothing of the caller's environment: PGPORT, PGDATA or a locale of it would change what runs. */
function toolEnvironment(): NodeJS.ProcessEnv {
  return { NODE_ENV: process.env.NODE_ENV ?? "production", PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
