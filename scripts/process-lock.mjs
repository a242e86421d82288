// Plain JavaScript on Node's own modules: run.mjs needs it before there is a node_modules.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** @typedef {{ pid: number, stamp: string, what: string }} Holder */

const WRITING_MS = 1_000;

/** Thrown when a live process holds the lock; `holder` says which. */
export class HeldError extends Error {
  /** @param {Holder} holder @param {string} path */
  constructor(holder, path) {
    super(`${holder.what} (process ${holder.pid}) holds ${path}.`);
    this.holder = holder;
  }
}

/**
 * Takes the lock file at `path` for this process and returns its release. A lock whose process is gone is taken over, also
 * when its number now belongs to another program. Throws HeldError while its holder lives.
 * @param {string} path
 * @param {string} what who asks, for the message of the next one
 * @returns {Promise<() => void>}
 */
export async function takeLock(path, what) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = { pid: process.pid, stamp: processStamp(process.pid) ?? "", what };
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: "wx", mode: 0o600 });
      return () => {
        // Only ours: after a takeover the file belongs to somebody else.
        if (readHolder(path)?.stamp === mine.stamp) rmSync(path, { force: true });
      };
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    const holder = await settledHolder(path);
    if (holder && isAlive(holder)) throw new HeldError(holder, path);
    // Renamed first, so that of two processes that judged the same dead holder only one goes on with its file.
    const aside = `${path}.${process.pid}`;
    try {
      renameSync(path, aside);
      const moved = readHolder(aside);
      if (moved && isAlive(moved)) {
        renameSync(aside, path);
        throw new HeldError(moved, path);
      }
      rmSync(aside, { force: true });
    } catch (error) {
      if (!isCode(error, "ENOENT")) throw error;
    }
  }
}

/**
 * Like takeLock, but waits for the holder to finish; `onWait` is told once who that is.
 * @param {string} path @param {string} what @param {(holder: Holder) => void} onWait
 */
export async function waitForLock(path, what, onWait) {
  let told = false;
  for (;;) {
    try {
      return await takeLock(path, what);
    } catch (error) {
      if (!(error instanceof HeldError)) throw error;
      if (!told) onWait(error.holder);
      told = true;
      await sleep(200);
    }
  }
}

/**
 * Who holds the lock and lives, or null.
 * @param {string} path
 * @returns {Holder | null}
 */
export function lockHolder(path) {
  const holder = readHolder(path);
  return holder && isAlive(holder) ? holder : null;
}

/**
 * What tells a process from a later one with the same number; null when there is none (a zombie counts as none).
 * @param {number} pid
 * @returns {string | null}
 */
export function processStamp(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isCode(error, "EPERM")) return null;
  }
  try {
    if (process.platform === "linux") {
      // The name in brackets may hold spaces and brackets itself; what follows the last one is regular.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      if (fields[0] === "Z") return null;
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
    }
    const [state, ...started] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? null : started.join(" ");
  } catch {
    return "unknown";
  }
}

/** @param {Holder} holder */
function isAlive(holder) {
  const stamp = processStamp(holder.pid);
  return stamp !== null && (stamp === "unknown" || stamp === holder.stamp);
}

/** @param {string} path @returns {Promise<Holder | null>} */
async function settledHolder(path) {
  // An empty file is one that is being written this very moment, or whose writer died in between.
  for (const end = Date.now() + WRITING_MS; Date.now() < end; await sleep(20)) {
    const holder = readHolder(path);
    if (holder) return holder;
  }
  return null;
}

/** @param {string} path @returns {Holder | null} */
function readHolder(path) {
  try {
    const read = JSON.parse(readFileSync(path, "utf8"));
    return typeof read.pid === "number" ? read : null;
  } catch {
    return null;
  }
}

/** @param {unknown} error @param {string} code */
function isCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}
