import { join } from "node:path";
import { requireClient } from "./build";
import { runNode } from "./command";
import { root } from "./root";
import { step } from "./terminal.mjs";

export type CheckResult = { name: string; passed: boolean };

const bin = (...path: string[]) => join(root, "node_modules", ...path);
const CHECKS: { name: string; args: string[] }[] = [
  { name: "Types", args: [bin("typescript", "bin", "tsc"), "--noEmit"] },
  { name: "Lint, format, layers", args: [bin("@biomejs", "biome", "bin", "biome"), "ci", "--colors=off"] },
  { name: "Dead code", args: [bin("knip", "bin", "knip.js"), "--no-progress"] },
];

/** Types, lint, layers and dead code, at the same time; what a check has to say is printed when it fails. */
export async function runChecks(): Promise<CheckResult[]> {
  await requireClient();
  // Pages name their parameters by types that Next writes from the routes.
  await runNode([bin("next", "dist", "bin", "next"), "typegen"], { env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } });
  return Promise.all(CHECKS.map(runCheck));
}

/** `npm run check`: exit code 1 when any of them fails. */
export async function main(): Promise<number> {
  const results = await runChecks();
  return results.every(({ passed }) => passed) ? 0 : 1;
}

async function runCheck({ name, args }: (typeof CHECKS)[number]): Promise<CheckResult> {
  let output = "";
  try {
    await step(name, async () => {
      const run = await runNode(args);
      output = run.output;
      if (run.code !== 0) throw new Error(`${name} failed`);
    });
    return { name, passed: true };
  } catch {
    process.stdout.write(`\n${output.trim()}\n\n`);
    return { name, passed: false };
  }
}
