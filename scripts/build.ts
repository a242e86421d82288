import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runNode } from "./command";
import { prisma } from "./prisma";
import { waitForLock } from "./process-lock.mjs";
import { root } from "./root";
import { note, step, UserError } from "./terminal.mjs";

const CLIENT_STAMP = join(root, "src", "generated", "prisma", ".schema-hash");
const BUILD_STAMP = join(root, ".next", "foyer-source-hash");
const SCHEMA_INPUTS = ["prisma/schema.prisma", "prisma.config.ts", "node_modules/prisma/package.json"];
/** Everything a build is made of, besides the files at the root that `buildHash` finds by their ending. */
const BUILD_INPUTS = ["src", "public", "prisma/schema.prisma", "package-lock.json"];
const ROOT_SOURCES = /^(?!next-env\.d\.ts$|(?:vitest|playwright|knip|biome)\b).*\.(ts|mts|mjs|js)$/;

/** One generation or build at a time in one tree; a second start waits and then finds the work done. */
export async function lockTree(): Promise<() => void> {
  return waitForLock(join(root, "node_modules", ".cache", "foyer", "build.lock"), "a build", ({ pid }) =>
    note(`waiting for the build of process ${pid}`),
  );
}

/** Generates the Prisma client unless the one that is there was made from this very schema. */
export async function requireClient(signal?: AbortSignal): Promise<void> {
  const hash = hashOf(SCHEMA_INPUTS);
  if (readStamp(CLIENT_STAMP) === hash && existsSync(join(dirname(CLIENT_STAMP), "client.ts"))) return;
  await step("Prisma client", async () => {
    // The stamp goes first and comes last: a client that was killed half-way must not pass for a finished one.
    rmSync(CLIENT_STAMP, { force: true });
    const { code, output } = await prisma(["generate"], { quiet: true });
    signal?.throwIfAborted();
    if (code !== 0) throw new UserError(`prisma generate failed:\n${output.trim()}`);
    writeFileSync(CLIENT_STAMP, hash);
  });
}

/** Whether .next holds a finished build of this source. */
export function isBuilt(): boolean {
  return existsSync(join(root, ".next", "BUILD_ID")) && readStamp(BUILD_STAMP) === buildHash();
}

/** Builds the site for production unless a finished build of this source is there. */
export async function requireBuild(signal?: AbortSignal): Promise<void> {
  if (isBuilt()) return;
  await step("Build", async () => {
    await build(signal);
    return "the next start skips this";
  });
}

/** Runs `next build`; throws UserError with its output when it fails. */
export async function build(signal?: AbortSignal): Promise<void> {
  // Before the build, so that a source changed meanwhile counts as not built.
  const hash = buildHash();
  rmSync(BUILD_STAMP, { force: true });
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const { code, output } = await runNode([join(root, "node_modules", "next", "dist", "bin", "next"), "build"], { env, signal });
  signal?.throwIfAborted();
  if (code !== 0) throw new UserError(`next build failed:\n${output.trim()}`);
  mkdirSync(dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, hash);
}

function buildHash(): string {
  const sources = readdirSync(root).filter((name) => ROOT_SOURCES.test(name));
  // What Next writes into the browser's code at build time.
  const inlined = Object.keys(process.env).filter((name) => name.startsWith("NEXT_PUBLIC_"));
  return hashOf(
    [...sources, ...BUILD_INPUTS],
    inlined
      .sort()
      .map((name) => `${name}=${process.env[name]}`)
      .join("\n"),
  );
}

/** One hash over the names and contents of files and whole folders, in a fixed order; what is missing counts as empty. */
function hashOf(inputs: string[], extra = ""): string {
  const hash = createHash("sha256").update(extra);
  const add = (path: string) => hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  for (const input of [...inputs].sort()) {
    for (const path of filesIn(input)) add(path);
  }
  return hash.digest("hex");
}

function filesIn(path: string): string[] {
  const full = join(root, path);
  // Generated from the schema, which is hashed itself.
  if (path === "src/generated" || !existsSync(full)) return [];
  try {
    const entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) =>
      entry.name === ".DS_Store" ? [] : entry.isDirectory() ? filesIn(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
    );
  } catch {
    return [path];
  }
}

function readStamp(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** `npm run build`: the production build, always made anew. */
export async function main(): Promise<number> {
  const release = await lockTree();
  try {
    await requireClient();
    await step("Build", () => build());
  } finally {
    release();
  }
  return 0;
}
