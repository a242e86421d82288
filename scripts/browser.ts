import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { unpackedPackages } from "../tests/support/debian";
import { UserError } from "./terminal.mjs";

const DEBIANS = "/usr/bin/chromium";
const PATH_NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** Chromium's sandbox refuses to run as root. */
export const SANDBOX = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const MACOS_APPS = ["Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium"];

/**
 * Path of a Chromium or Chrome: CHROMIUM_PATH, one that is installed, Playwright's own, or on Debian and Ubuntu as root the
 * distribution's, installed now; of Debian's, the build without windows. Throws UserError saying how to get one.
 */
export async function findChromium(): Promise<string> {
  const given = process.env.CHROMIUM_PATH;
  if (given && !isExecutable(given)) throw new UserError(`CHROMIUM_PATH names ${given}, which cannot be run.`);
  const found = given || installed() || (await playwrightsOwn()) || fromApt();
  if (found) return found === DEBIANS && !given ? ((await debiansShell()) ?? found) : found;
  throw new UserError(
    [
      "The end-to-end tests need a Chromium or Chrome. Any of these brings one:",
      "  install Chromium or Google Chrome as usual on this system",
      "  npx playwright install chromium",
      "  set CHROMIUM_PATH to the program",
    ].join("\n"),
  );
}

function installed(): string | undefined {
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => PATH_NAMES.map((name) => join(folder, name)));
  const apps =
    process.platform === "darwin"
      ? ["/Applications", join(process.env.HOME ?? "", "Applications")].flatMap((folder) => MACOS_APPS.map((app) => join(folder, app)))
      : [];
  return [...onPath, ...apps].find(isExecutable);
}

async function playwrightsOwn(): Promise<string | undefined> {
  // Imported here: whoever only looks for a browser on PATH needs no Playwright.
  const { chromium } = await import("@playwright/test");
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : undefined;
}

function fromApt(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return undefined;
  const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  process.stdout.write("No browser found; installing Debian's chromium.\n");
  spawnSync("apt-get", ["update", "-qq"], options);
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
  const path = installed();
  // Ubuntu's package of that name is only a note about snap, which root in a container cannot use.
  return path && canRun(path) ? path : undefined;
}

/**
 * The same Chromium without its windows, which Playwright prefers too: the tests cost a fifth less. Unpacked from Debian's
 * packages on first use; where that is not possible, the installed one does as well.
 */
async function debiansShell(): Promise<string | undefined> {
  try {
    const packages = await unpackedPackages(["chromium-headless-shell", "chromium-common"], /^chromium(-sandbox)?$/);
    const path = join(packages, "usr/lib/chromium/chromium-headless-shell");
    return canRun(path, [...SANDBOX, "--dump-dom", "about:blank"]) ? path : undefined;
  } catch {
    return undefined;
  }
}

function canRun(path: string, args = ["--version"]): boolean {
  try {
    execFileSync(path, args, { stdio: "ignore", timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
