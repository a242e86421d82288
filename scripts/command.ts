import { type SpawnOptions, spawn } from "node:child_process";
import { root } from "./root";

type Options = { env?: NodeJS.ProcessEnv; signal?: AbortSignal; onOutput?: (chunk: string) => void };

/** Runs a program of node_modules under this Node and resolves with its exit code and output; it ends when `signal` aborts. */
export function runNode(args: string[], { env = process.env, signal, onOutput }: Options = {}): Promise<{ code: number; output: string }> {
  const options: SpawnOptions = { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] };
  return new Promise((done, fail) => {
    let output = "";
    const child = spawn(process.execPath, args, options);
    const collect = (chunk: Buffer) => {
      output += chunk;
      onOutput?.(String(chunk));
    };
    const end = () => child.kill("SIGTERM");
    signal?.addEventListener("abort", end, { once: true });
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.once("error", fail);
    child.once("close", (code) => {
      signal?.removeEventListener("abort", end);
      done({ code: code ?? 1, output });
    });
  });
}
