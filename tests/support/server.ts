import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cloneDatabase, freePort, temporaryFolder } from "./postgres";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_LIMIT_MS = 60_000;
/** Above the 10 s that the server gives open requests. */
const STOP_LIMIT_MS = 15_000;

export interface Server {
  url: string;
  databaseUrl: string;
  /** FOYER_DATA of the process. */
  data: string;
  /** Ends the process and gives its exit code, or null when it had to be killed; SIGKILL plays a crash. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Stops and starts again: same port, database, data and environment. */
  restart(): Promise<void>;
  /** Everything printed so far, over all restarts; `logFile` is where it is written. */
  log(): string;
  logFile: string;
  /** The printed lines that report an error, for `expect(server.errors()).toEqual([])`. */
  errors(): string[];
}

/**
 * The production server (`npm run build` first) in a process of its own. Without DATABASE_URL in `env` it gets a new clone
 * of the template; a second process on the same data is `startServer({ env: { DATABASE_URL: first.databaseUrl, FOYER_DATA: first.data } })`.
 */
export async function startServer({
  env = {},
  port,
  root = ROOT,
}: {
  env?: Record<string, string>;
  port?: number;
  /** Another tree with a build of its own. */
  root?: string;
} = {}): Promise<Server> {
  if (!existsSync(join(root, ".next", "BUILD_ID"))) throw new Error("There is no production build: run `npm run build` first.");
  const folder = temporaryFolder();
  const logFile = join(folder, "server.log");
  // Not port 0: after a restart the address has to be the same.
  const fixedPort = port ?? (await freePort());
  const url = `http://localhost:${fixedPort}`;
  const given = {
    DATABASE_URL: env.DATABASE_URL ?? (await cloneDatabase()),
    FOYER_DATA: env.FOYER_DATA ?? join(folder, "data"),
    AUTH_SECRET: "a-secret-only-for-tests-0123456789abcdef",
    BCRYPT_COST: "4",
    // All tests come from one address.
    RATE_LIMIT_FACTOR: "50",
    HOSTNAME: "127.0.0.1",
    PORT: String(fixedPort),
    ...env,
  };
  mkdirSync(given.FOYER_DATA, { recursive: true });

  let child: ChildProcess;
  const start = async () => {
    child = launch(root, given, logFile);
    await ready(child, url, logFile);
  };
  const stop = (signal: NodeJS.Signals = "SIGTERM") => end(child, signal);
  const log = () => readFileSync(logFile, "utf8");
  await start();
  return {
    url,
    databaseUrl: given.DATABASE_URL,
    data: given.FOYER_DATA,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    log,
    logFile,
    errors: () => errorLines(log()),
  };
}

/** Lines of a server's log at level error or above, and those that did not come through the logger but look like one. */
export function errorLines(log: string): string[] {
  return log.split("\n").filter((line) => {
    const level = /^\{.*"level":\s*(?:(\d+)|"(\w+)")/.exec(line);
    if (level) return Number(level[1]) >= 50 || /^(error|fatal)$/i.test(level[2] ?? "");
    return /\b(\w*Error|unhandled\w*|uncaught\w*|FATAL|PANIC)\b|⨯/i.test(line);
  });
}

function launch(cwd: string, env: Record<string, string>, logFile: string): ChildProcess {
  // Only what a process needs from the machine: whatever else the shell has set must not reach the server.
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const output = openSync(logFile, "a");
  const child = spawn(process.execPath, ["scripts/serve.mjs"], {
    cwd,
    env: { PATH, HOME, LANG, TMPDIR, NODE_ENV: "production", ...env },
    // The channel ends with this process, and the server with the channel: a test that fails half-way leaves none behind.
    stdio: ["ignore", output, output, "ipc"],
  });
  closeSync(output);
  return child;
}

/** By its health route, which answers as soon as it listens. */
async function ready(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!hasEnded(child) && Date.now() < deadline) {
    const response = await fetch(`${url}/api/health`).catch(() => null);
    if (response?.ok) return;
    await sleep(50);
  }
  const how = hasEnded(child) ? `ended with ${child.exitCode ?? child.signalCode}` : `did not answer within ${START_LIMIT_MS} ms`;
  await end(child, "SIGKILL");
  throw new Error(`The server ${how}.\n${readFileSync(logFile, "utf8")}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (hasEnded(child)) return child.exitCode;
  const ended = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
  return child.exitCode;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
