import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const READY_MS = 60_000;
/** What /proc counts CPU time in: 100 ticks a second on every Linux that Node runs on. */
const TICK_US = 10_000;

export interface Running {
  url: string;
  /** CPU time of all its threads so far, in microseconds. */
  cpu(): number;
  /** What it holds of this machine's memory, in bytes. */
  memory(): number;
  /** Event-loop gaps in milliseconds since the last call; only of a process started with `gaps`. */
  gaps(): Promise<{ p99: number; max: number }>;
  stop(): Promise<void>;
}

interface Start {
  cwd: string;
  args: string[];
  port: number;
  /** A path that answers anything below 500 as soon as the server is up. */
  path: string;
  env: Record<string, string>;
  gaps?: boolean;
}

/** Starts a server under this Node and waits until it answers. It ends with this process. */
export async function start({ cwd, args, port, path, env, gaps = false }: Start): Promise<Running> {
  const preload = gaps ? ["--import", new URL("./gaps.mjs", import.meta.url).href] : [];
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const child = spawn(process.execPath, [...preload, ...args], {
    cwd,
    env: { PATH, HOME, LANG, TMPDIR, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      output = `${output}${chunk}`.slice(-10_000);
    });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    process.off("exit", kill);
    if (hasEnded(child)) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const force = setTimeout(kill, 12_000);
    await ended;
    clearTimeout(force);
  };
  const url = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + READY_MS; ; await sleep(20)) {
    if (hasEnded(child) || Date.now() > end) throw new Error(`${args.join(" ")} did not start:\n${output}`);
    const status = await fetch(url + path, { redirect: "manual" }).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status > 0 && status < 500) break;
  }
  return { url, cpu: () => cpuOf(child), memory: () => memoryOf(child), gaps: () => gapsOf(child), stop };
}

function cpuOf({ pid }: ChildProcess): number {
  // The name in parentheses may hold spaces; what follows it does not.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

function memoryOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1_024;
}

async function gapsOf(child: ChildProcess): Promise<{ p99: number; max: number }> {
  const answer = new Promise<{ p99: number; max: number }>((resolve) => {
    const hear = (message: unknown) => {
      if (typeof message !== "object" || message === null || !("gaps" in message)) return;
      child.off("message", hear);
      // gaps.mjs, on the other side, sends nothing else under this name.
      resolve(message.gaps as { p99: number; max: number });
    };
    child.on("message", hear);
  });
  child.send("gaps");
  return answer;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
