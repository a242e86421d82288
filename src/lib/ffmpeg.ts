import "server-only";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { env } from "@/lib/env";
import { log } from "@/lib/log";

/** How long an answer about what is installed holds. */
const FOUND_MS = 60_000;
const KEPT_ERRORS = 2_000;

let found: { path: string; at: number; is: Promise<boolean> } | undefined;

/** Whether films can be made here: FFMPEG_PATH names a program that answers. */
export function hasFfmpeg(): Promise<boolean> {
  const { FFMPEG_PATH: path } = env();
  if (found?.path !== path || Date.now() - found.at > FOUND_MS) found = { path, at: Date.now(), is: answers() };
  return found.is;
}

async function answers(): Promise<boolean> {
  const child = spawn(env().FFMPEG_PATH, ["-hide_banner", "-loglevel", "error", "-version"], { stdio: "ignore" });
  return once(child, "exit").then(
    ([code]) => code === 0,
    () => false,
  );
}

/**
 * Runs ffmpeg without a shell and tells, of the film's `seconds`, how many hundredths are done; `onProgress` ends it by saying
 * false, the signal ends it too. Throws what ffmpeg said where it fails. True when it came to its end.
 */
export async function runFfmpeg(
  args: string[],
  { seconds, signal, onProgress }: { seconds: number; signal: AbortSignal; onProgress: (percent: number) => Promise<boolean> },
): Promise<boolean> {
  const ours = new AbortController();
  const child = spawn(env().FFMPEG_PATH, ["-hide_banner", "-nostdin", "-loglevel", "error", "-nostats", "-progress", "pipe:1", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, ours.signal]),
    // A program that is asked to end may think about it.
    killSignal: "SIGKILL",
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT_ERRORS);
  });
  let broken: unknown;
  child.on("error", (error) => {
    broken = error;
  });
  // Not before it is gone: until then it may write.
  const ended = new Promise<[number | null, string | null]>((resolve) => {
    child.once("close", (...end) => resolve(end));
  });
  await watch(child.stdout, seconds, onProgress, () => ours.abort()).finally(() => ended);
  const [code, killedBy] = await ended;
  signal.throwIfAborted();
  if (ours.signal.aborted) return false;
  if (broken) throw broken;
  if (code === 0) return true;
  log().warn({ said, code, killedBy }, "ffmpeg");
  throw new Error(`ffmpeg ended with ${code ?? killedBy}`);
}

/** `out_time_us=` is how far the film is, in millionths of a second; it says so twice a second. */
async function watch(
  lines: NodeJS.ReadableStream,
  seconds: number,
  onProgress: (percent: number) => Promise<boolean>,
  stop: () => void,
): Promise<void> {
  try {
    for await (const line of createInterface({ input: lines })) {
      const done = /^out_time_us=(\d+)$/.exec(line)?.[1];
      if (done && !(await onProgress(Math.min(100, Number(done) / seconds / 10_000)))) return stop();
    }
  } catch (error) {
    stop();
    throw error;
  }
}
