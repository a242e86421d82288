import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./browser";
import { lockTree, requireBuild, requireClient } from "./build";
import { runChecks } from "./check";
import { root } from "./root";
import { stopSignal } from "./supervisor";
import { seconds, step, UserError } from "./terminal.mjs";
import { type Counts, playwrightCounts, vitestCounts } from "./test-counts";

const REPORTS = join(root, "test-results");
const VITEST_REPORT = join(REPORTS, "unit.json");
const PLAYWRIGHT_REPORT = join(REPORTS, "e2e.json");

/** The AWS SDK's notice about Node 20, which every worker would print. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

type Part = Counts & { name: string; ms: number };

/** `npm test` (everything), `npm run test:unit`, `npm run test:e2e`: set-up, tests, a summary and the line `N passed, N failed`. */
export async function main([only = "", ...args]: string[]): Promise<number> {
  if (only && !["unit", "e2e"].includes(only)) throw new UserError(`There is no part ${only} of the tests; there are unit and e2e.`);
  const signal = stopSignal();
  mkdirSync(REPORTS, { recursive: true });
  const parts: Part[] = [];
  const run = async (name: string, work: () => Promise<Counts>) => {
    if (!signal.aborted) parts.push(await timed(name, work));
  };
  await prepare(signal);
  if (!only) await run("Check", check);
  // Tests of both kinds start the production server.
  await run("Build", () => build(signal));
  if (only !== "e2e") await run("Unit, integration, storage", () => vitest(args, signal));
  if (only !== "unit") await run("End to end", () => playwright(args, signal));
  return summarise(parts, signal.aborted);
}

async function prepare(signal: AbortSignal): Promise<void> {
  const release = await lockTree();
  try {
    await requireClient(signal);
  } finally {
    release();
  }
}

async function check(): Promise<Counts> {
  const results = await runChecks();
  return { passed: results.filter(({ passed }) => passed).length, failed: results.filter(({ passed }) => !passed).length, skipped: 0 };
}

async function build(signal: AbortSignal): Promise<Counts> {
  const release = await lockTree();
  try {
    await requireBuild(signal);
    return { passed: 0, failed: 0, skipped: 0 };
  } catch (error) {
    process.stdout.write(`\n${error instanceof Error ? error.message : error}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    release();
  }
}

async function vitest(args: string[], signal: AbortSignal): Promise<Counts> {
  rmSync(VITEST_REPORT, { force: true });
  const program = join(root, "node_modules", "vitest", "vitest.mjs");
  const code = await stream(
    [program, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${VITEST_REPORT}`, ...args],
    {},
    signal,
  );
  return vitestCounts(VITEST_REPORT, code);
}

async function playwright(args: string[], signal: AbortSignal): Promise<Counts> {
  rmSync(PLAYWRIGHT_REPORT, { force: true });
  let browser = "";
  try {
    await step("Browser", async () => (browser = await findChromium()));
  } catch (error) {
    process.stdout.write(`\n${error instanceof Error ? error.message : error}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const program = join(root, "node_modules", "@playwright", "test", "cli.js");
  const code = await stream([program, "test", ...args], { CHROMIUM_PATH: browser }, signal);
  return playwrightCounts(PLAYWRIGHT_REPORT, code);
}

/** Runs a program with its output straight to the terminal; it ends when `signal` aborts. */
function stream(args: string[], env: Record<string, string>, signal: AbortSignal): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...QUIET, ...process.env, ...env }, stdio: "inherit" });
    signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 1));
  });
}

async function timed(name: string, work: () => Promise<Counts>): Promise<Part> {
  process.stdout.write(`\n${name}\n`);
  const began = Date.now();
  return { name, ...(await work()), ms: Date.now() - began };
}

function summarise(parts: Part[], stopped: boolean): number {
  const sum = (pick: (part: Part) => number) => parts.reduce((total, part) => total + pick(part), 0);
  const width = Math.max(...parts.map(({ name }) => name.length), 0);
  process.stdout.write("\n");
  for (const { name, passed, failed, skipped, ms } of parts) {
    const counts = name === "Build" && failed === 0 ? "done" : `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
    process.stdout.write(`  ${name.padEnd(width)}  ${counts.padEnd(32)} ${seconds(ms)}\n`);
  }
  for (const failure of parts.flatMap(({ failures = [] }) => failures)) process.stdout.write(`\n  ✗ ${failure}\n`);
  if (stopped) process.stdout.write("  stopped before the end\n");
  process.stdout.write(`\n${sum((part) => part.passed)} passed, ${sum((part) => part.failed)} failed\n`);
  return stopped || sum((part) => part.failed) > 0 ? 1 : 0;
}
