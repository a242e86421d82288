import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Env } from "../src/lib/env";
import { lockHolder } from "./process-lock.mjs";
import { root } from "./root";
import { UserError } from "./terminal.mjs";

const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 12_000;
const PORT_ATTEMPTS = 6;
const PORT_WAIT_MS = 250;
const HEAP_MB = 512;
/** Of new objects; those still in use when it is full are copied. With Node's own 16 that was an eighth of a page's CPU. */
const SEMI_SPACE_MB = 32;
const PARENT_CHECK_MS = 1_000;
/** npm hands on the Ctrl-C that the terminal has already sent to everybody: two within this time are one. */
const SAME_SIGNAL_MS = 500;

export type Site = { stop(): Promise<void>; exited: Promise<string> };

/** Aborts at the first Ctrl-C, SIGTERM or SIGHUP; a second one ends the process at once (children notice and end too). */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (first === 0) {
      first = Date.now();
      controller.abort();
    } else if (Date.now() - first > SAME_SIGNAL_MS) {
      process.exit(130);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  stopWithNpm(onSignal);
  return controller.signal;
}

/** An `npm start` that was killed the hard way tells nobody: its child only sees another parent. */
function stopWithNpm(stop: () => void): void {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && stop(), PARENT_CHECK_MS).unref();
}

/** Throws UserError when the site could not listen on its port, before anything slow is done. */
export async function requireFreePort({ PORT, HOSTNAME, FOYER_DATA }: Env, again: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const code = await tryPort(PORT, HOSTNAME);
    if (!code) return;
    // The site of a start that was killed a moment ago lets go of it by itself.
    if (code === "EADDRINUSE" && attempt < PORT_ATTEMPTS) {
      await sleep(PORT_WAIT_MS);
      continue;
    }
    const own = code === "EADDRINUSE" ? lockHolder(join(FOYER_DATA, "postgres", "lock")) : null;
    if (own)
      throw new UserError(
        `This Foyer is running already (process ${own.pid}), on port ${PORT} as it seems. Stop it first: kill ${own.pid}`,
      );
    if (code === "EADDRINUSE")
      throw new UserError(`Port ${PORT} is in use by another program. Stop that one, or choose another port: PORT=${PORT + 1} ${again}`);
    if (code === "EACCES") throw new UserError(`Port ${PORT} is reserved for root. Choose another port: PORT=3000 ${again}`);
    throw new UserError(
      `The site cannot listen on ${HOSTNAME} (${code}). HOSTNAME names the address; 0.0.0.0 is every address of this machine.`,
    );
  }
}

/**
 * Left to itself Node takes gigabytes before it collects; the site needs some hundred megabytes. NODE_OPTIONS overrules, and
 * development compiles in the same process. Uploads to the LOCAL store have what they brought collected (src/storage/connection.ts).
 */
function heapFlags(dev: boolean): string[] {
  const given = process.env.NODE_OPTIONS ?? "";
  const flag = (name: string, megabytes: number) => (dev || given.includes(name) ? [] : [`--${name}=${megabytes}`]);
  return ["--expose-gc", ...flag("max-old-space-size", HEAP_MB), ...flag("max-semi-space-size", SEMI_SPACE_MB)];
}

/** Starts scripts/serve.mjs and resolves when it answers; throws UserError when it ends before. */
export async function startSite(env: NodeJS.ProcessEnv, { dev, signal }: { dev: boolean; signal: AbortSignal }): Promise<Site> {
  // Its own process group: Ctrl-C in the terminal must not end it before we ask it to, and the database goes last.
  const child = spawn(process.execPath, [...heapFlags(dev), join(root, "scripts", "serve.mjs"), ...(dev ? ["--dev"] : [])], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    detached: true,
  });
  const exited = once(child, "exit").then(([code, name]) => `The site ended by itself (${name ?? `exit ${code}`}).`);
  const stop = () => stopChild(child);
  try {
    await ready(child, env, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, exited };
}

async function ready(child: ChildProcess, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const host =
    env.HOSTNAME === "0.0.0.0"
      ? "127.0.0.1"
      : env.HOSTNAME === "::"
        ? "[::1]"
        : env.HOSTNAME?.includes(":")
          ? `[${env.HOSTNAME}]`
          : env.HOSTNAME;
  for (const end = Date.now() + READY_TIMEOUT_MS; Date.now() < end; await sleep(50)) {
    signal.throwIfAborted();
    const end = child.signalCode ?? child.exitCode;
    if (end !== null) throw new UserError(`The site did not start (it ended with ${end}); its own words stand above.`);
    const answer = await fetch(`http://${host}:${env.PORT}/api/health`, { redirect: "manual", signal: AbortSignal.timeout(30_000) }).catch(
      () => null,
    );
    if (answer?.ok) return;
    if (answer && answer.status >= 500)
      throw new UserError(`The site started but answers ${answer.status} on /api/health; its own words stand above.`);
  }
  throw new UserError(`The site did not answer within ${READY_TIMEOUT_MS / 1000} s.`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(force);
}

function tryPort(port: number, host: string): Promise<string | null> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    probe.listen(port, host, () => probe.close(() => done(null)));
  });
}
