// Plain JavaScript on Node's own modules: it is what brings the others.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "./terminal.mjs";

/**
 * Whether node_modules holds exactly what package-lock.json names. npm writes its own copy of the lockfile last, so an
 * installation that was killed has none. Packages for development count only `withDev`: an image may leave them out.
 * @param {string} root
 * @param {boolean} withDev
 */
export function isInstalled(root, withDev) {
  const installedPath = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedPath)) return false;
  const wanted = packages(join(root, "package-lock.json"));
  const installed = packages(installedPath);
  return Object.entries(wanted).every(([path, { version, optional, dev, devOptional, peer }]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found) return found.version === version;
    // Packages of another platform are optional and rightly absent.
    return Boolean(optional || devOptional || peer || (dev && !withDev));
  });
}

/**
 * Runs `npm ci`, quietly; throws UserError with npm's own words when it fails.
 * @param {string} root
 */
export async function install(root) {
  if (!existsSync(join(root, "package-lock.json")))
    throw new UserError("package-lock.json is missing: check it out again (git checkout package-lock.json).");
  const [command, first] = npm();
  // --include=dev: with NODE_ENV=production in the environment npm would leave out what tests and checks need.
  const args = [...first, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  // A site does not need Prisma's native engine (scripts/prisma.ts), and a closed network must not fail for it.
  const env = { ...process.env, PRISMA_SKIP_POSTINSTALL_GENERATE: "1" };
  const { code, output } = await capture(command, args, { cwd: root, env });
  if (code !== 0) throw new UserError(`npm ci failed:\n${output.trim()}`);
}

/** @returns {[string, string[]]} npm as it was called, so that the version stays the one the person uses. */
function npm() {
  const path = process.env.npm_execpath;
  return path && basename(path).startsWith("npm") ? [process.execPath, [path]] : ["npm", []];
}

/** @param {string} path @returns {Record<string, { version?: string, optional?: boolean, dev?: boolean, devOptional?: boolean, peer?: boolean }>} */
function packages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
}

/**
 * @param {string} command @param {string[]} args @param {import("node:child_process").SpawnOptions} options
 * @returns {Promise<{ code: number, output: string }>}
 */
function capture(command, args, options) {
  return new Promise((resolve, reject) => {
    let output = "";
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    // Left alone it would go on writing node_modules while the next start does the same.
    const end = () => {
      // npm itself takes its time over a polite signal, and goes on writing meanwhile.
      child.kill("SIGKILL");
      process.exit(1);
    };
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) process.once(signal, end);
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => reject(new UserError(`${command} could not be started: ${error.message}`)));
    child.on("close", (code) => {
      for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) process.off(signal, end);
      resolve({ code: code ?? 1, output });
    });
  });
}
