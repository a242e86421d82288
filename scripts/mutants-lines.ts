import { readFileSync } from "node:fs";

/** What a run has seen so far: whether a test noticed that a guard was gone, and which test files have been through. */
export type Line = { id: string; test: string; noticed: boolean } | { file: string };

export function linesOf(path: string): Line[] {
  const text = readFileSync(path, "utf8").trim();
  // Written by scripts/mutants.ts and scripts/mutants-runner.ts.
  return text === "" ? [] : text.split("\n").map((line): Line => JSON.parse(line));
}
