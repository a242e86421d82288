import { type SpawnOptions, spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root } from "./root";

const CLI = join(root, "node_modules", "prisma", "build", "index.js");
const SHIM = join(root, "scripts", "schema-engine.mjs");

/**
 * Runs the Prisma CLI with `args` and resolves with its exit code and what it printed (nothing when the output is inherited).
 * Where Prisma's native schema engine is installed it is used; elsewhere the WebAssembly one, so that no download is needed.
 */
export function prisma(
  args: string[],
  { env = {}, quiet = false }: { env?: Record<string, string>; quiet?: boolean } = {},
): Promise<{ code: number; output: string }> {
  const options: SpawnOptions = {
    cwd: root,
    env: { ...prismaEnvironment(), ...env },
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
  };
  return new Promise((done, fail) => {
    let output = "";
    const cli = spawn(process.execPath, [CLI, ...args], options);
    cli.stdout?.on("data", (chunk) => (output += chunk));
    cli.stderr?.on("data", (chunk) => (output += chunk));
    cli.once("error", fail);
    cli.once("close", (code) => done({ code: code ?? 1, output }));
  });
}

/** Environment in which every Prisma command works, also on a network that cannot reach Prisma's download host. */
export function prismaEnvironment(): NodeJS.ProcessEnv {
  // The shim starts by `env node`, the seed by `tsx`: both must be the ones of this project and this Node.
  const path = [dirname(process.execPath), join(root, "node_modules", ".bin"), process.env.PATH].filter(Boolean).join(delimiter);
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: path, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" };
  if (env.PRISMA_SCHEMA_ENGINE_BINARY || hasNativeEngine()) return env;
  // An archive or a copy may have lost the bit that git keeps.
  if (!(statSync(SHIM).mode & 0o100)) chmodSync(SHIM, 0o755);
  return { ...env, PRISMA_SCHEMA_ENGINE_BINARY: SHIM };
}

function hasNativeEngine(): boolean {
  const folder = join(root, "node_modules", "@prisma", "engines");
  return existsSync(folder) && readdirSync(folder).some((name) => /^schema-engine-(?!.*\.(gz|sha256|tmp)$)/.test(name));
}

/** `node scripts/run.mjs prisma …`: the CLI as it is, against DATABASE_URL. */
export async function main(args: string[]): Promise<number> {
  return (await prisma(args)).code;
}
