import { execFileSync, spawn } from "node:child_process";
import { closeSync, cpSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutant } from "./mutants-guards";
import { root } from "./root";

const NOT_COPIED = [".git", ".next", "node_modules", "test-results", ".foyer", ".env"];

/** A copy of the tree, in which guards are taken away; it goes with the process. */
export function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), "foyer-mutants-"));
  process.once("exit", () => rmSync(tree, { recursive: true, force: true }));
  for (const entry of readdirSync(root)) if (!NOT_COPIED.includes(entry)) cpSync(join(root, entry), join(tree, entry), { recursive: true });
  execFileSync("cp", ["-al", join(root, "node_modules"), tree]);
  return tree;
}

/** Writes a file without one of its guards; the last one counts. */
export function writeWithout(tree: string, { file, start, end, replaced = "" }: Mutant): void {
  const source = readFileSync(join(root, file), "utf8");
  writeFileSync(join(tree, file), source.slice(0, start) + replaced + source.slice(end));
}

/** Writes the files of these guards so that each guard can be switched off. */
export function writeSwitched(tree: string, mutants: Mutant[]): void {
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    const own = mutants.filter((mutant) => mutant.file === file);
    writeFileSync(join(tree, file), switched(readFileSync(join(root, file), "utf8"), own));
  }
}

/** Puts the files of these guards back as they are. */
export function restore(tree: string, mutants: Mutant[]): void {
  for (const { file } of mutants) cpSync(join(root, file), join(tree, file));
}

/** A guard that stands inside another is written inside what is written around that. */
function switched(source: string, mutants: Mutant[]): string {
  const pieces = mutants.flatMap(({ start, end, around: [before, after] = ["", ""] }) => [
    { at: start, order: start - end, text: before },
    { at: end, order: end - start - source.length, text: after },
  ]);
  let text = "";
  let from = 0;
  for (const { at, text: piece } of pieces.sort((one, other) => one.at - other.at || one.order - other.order)) {
    text += source.slice(from, at) + piece;
    from = at;
  }
  return text + source.slice(from);
}

/** Runs vitest in the tree, and waits for its end; what it says goes to test-results/mutants.log. */
export async function vitest(tree: string, args: string[], env: Record<string, string>, signal: AbortSignal): Promise<void> {
  const program = join(tree, "node_modules", "vitest", "vitest.mjs");
  const log = openSync(join(root, "test-results", "mutants.log"), "a");
  const child = spawn(process.execPath, [program, "run", ...args], {
    cwd: tree,
    env: { ...process.env, ...env },
    stdio: ["ignore", log, log],
  });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  await new Promise((done) => child.once("close", done));
  signal.removeEventListener("abort", stop);
  closeSync(log);
}
