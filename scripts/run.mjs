// `node scripts/run.mjs NAME [arguments]`: checks Node, installs what is missing, then runs scripts/NAME.ts in this same
// process. Plain JavaScript on Node's own modules, because in a fresh clone there is nothing else.
import { existsSync, realpathSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { install, isInstalled } from "./install.mjs";
import { waitForLock } from "./process-lock.mjs";
import { note, step, UserError } from "./terminal.mjs";

const NEEDED_NODE = [20, 19];
const NEED_DEV_PACKAGES = ["test", "check", "setup", "mutants"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Prepares and runs `scripts/NAME.ts`, whose `main(args)` returns the exit code.
 * @param {string} name
 * @param {string[]} args
 */
export async function run(name, args) {
  try {
    requireNode();
    process.chdir(root);
    // A reader that went away (`npm start | head`) must not take the database down with an exception.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
    await requirePackages(NEED_DEV_PACKAGES.includes(name));
    const { register } = await import("tsx/esm/api");
    register();
    const { main } = await import(pathToFileURL(join(root, "scripts", `${name}.ts`)).href);
    process.exit(await main(args));
  } catch (error) {
    process.stderr.write(`\n${explain(error)}\n`);
    process.exit(1);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantMajor = 0, wantMinor = 0] = NEEDED_NODE;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return;
  throw new UserError(
    `Foyer needs Node.js ${NEEDED_NODE.join(".")} or newer; this is ${process.versions.node}. nodejs.org has the current one.`,
  );
}

/** @param {boolean} withDev */
async function requirePackages(withDev) {
  if (isInstalled(root, withDev)) return;
  const folder = join(root, ".foyer");
  const existed = existsSync(folder);
  const release = await waitForLock(join(folder, "install.lock"), "an installation", ({ pid }) =>
    note(`waiting for the installation of process ${pid}`),
  );
  try {
    if (!isInstalled(root, withDev)) await step("Dependencies", async () => install(root));
  } finally {
    release();
    if (!existed) {
      try {
        rmdirSync(folder);
      } catch {
        // Somebody keeps data there by now.
      }
    }
  }
}

/** @param {unknown} error */
function explain(error) {
  if (!(error instanceof Error)) return String(error);
  return ["UserError", "EnvError"].includes(error.name) ? error.message : (error.stack ?? error.message);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === realpathSync(process.argv[1])) {
  const [name = "", ...args] = process.argv.slice(2);
  await run(name, args);
}
