import { parseArgs } from "node:util";
import { configuredProviders, missingFor, storage, storageOf } from "../src/storage";
import { onSite } from "./on-site";
import { countElsewhere, countUnderWay, type Moved, moveObjects, type Named, type Provider } from "./storage-move-run";
import { remember, sizeText } from "./storage-report";
import { sweep } from "./storage-sweep";
import { counted, UserError } from "./terminal.mjs";

const USAGE = "npm run storage:move -- --to local|s3|azure|gcs [--dry-run]";
const SWEEP_USAGE = "npm run storage:sweep -- [--remove [--yes]]";
const PROVIDERS: readonly Provider[] = ["LOCAL", "S3", "AZURE", "GCS"];
const LOCK = { number: 0x666f79_24, of: "objects", taken: "Another process is moving or sweeping just now." };
const PROGRESS_OBJECTS = 1_000;
const MOST_NAMED = 20;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/**
 * `npm run storage:move -- --to s3`: takes every file, archive and export that lies elsewhere to that store, each compared after
 * the copy, while the site runs; killed anywhere, the same command goes on where it was. `npm run storage:sweep`: names the objects
 * that belong to nothing and the files without their object, and removes those objects with `--remove`. Exit code 1 when something
 * is left.
 */
export async function main([name = "", ...args]: string[]): Promise<number> {
  if (name === "move") {
    const { to, dryRun } = readMove(args);
    return onSite(LOCK, () => move(to, dryRun));
  }
  if (name !== "sweep") throw new UserError(`There is no storage command ${name}; there are move and sweep.`);
  const asked = readSweep(args);
  return onSite(LOCK, () => sweep(asked));
}

function readSweep(args: string[]): { remove: boolean; yes: boolean } {
  try {
    const { values } = parseArgs({ args, options: { remove: { type: "boolean" }, yes: { type: "boolean" } } });
    return { remove: values.remove ?? false, yes: values.yes ?? false };
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : error}\n${SWEEP_USAGE}`);
  }
}

function readMove(args: string[]): { to: Provider; dryRun: boolean } {
  const options = { to: { type: "string" }, "dry-run": { type: "boolean" } } as const;
  try {
    const { values } = parseArgs({ args, options });
    const to = PROVIDERS.find((provider) => provider === values.to?.toUpperCase());
    if (to) return { to, dryRun: values["dry-run"] ?? false };
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
  throw new UserError(`Say where to: ${USAGE}`);
}

async function move(to: Provider, dryRun: boolean): Promise<number> {
  const waiting = await countElsewhere(to);
  await requireStores([to, ...waiting.map(({ from }) => from)]);
  for (const { from, objects, bytes } of waiting)
    say(`${from} has ${counted(objects, "object")}, of which the files take ${sizeText(bytes)}.`);
  if (waiting.length === 0) say(`Nothing lies elsewhere than at ${to}.`);
  if (dryRun) {
    if (waiting.length > 0) say(`They would be copied to ${to}, compared, and their rows switched. Nothing was changed.`);
    return 0;
  }
  let told = 0;
  const done = await moveObjects(to, ({ moved, bytes }) => {
    if (moved - told < PROGRESS_OBJECTS) return;
    told = moved;
    say(`  ${counted(moved, "object")}, ${sizeText(bytes)}`);
  });
  if (done.moved > 0) await remember("storage.moved", to, { objects: done.moved, bytes: done.bytes });
  return report(to, done);
}

/** Which variables are missing is what whoever calls this wants to know first. */
async function requireStores(providers: Provider[]): Promise<void> {
  const missing = [...new Set(providers)].filter((provider) => !configuredProviders().includes(provider));
  if (missing.length > 0) {
    const lines = missing.map((provider) => `  ${provider}: ${missingFor(provider).join(", ")}`);
    throw new UserError(`Both stores have to be configured while objects move. Set what is missing:\n${lines.join("\n")}`);
  }
  for (const provider of new Set(providers)) {
    await storageOf(provider)
      .check()
      .catch((error: Error) => {
        const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
        throw new UserError(`The ${provider} store does not answer: ${error.message}${cause}.`);
      });
  }
}

async function report(to: Provider, { moved, bytes, wereThere, missing, failed, gone, gaveUp }: Moved): Promise<number> {
  say(
    `Moved ${counted(moved, "object")}, ${sizeText(bytes)}, each compared with what was copied${wereThere > 0 ? `; ${counted(wereThere, "was there", "were there")}` : ""}.`,
  );
  if (moved > 0) say("The worker removes the old ones in two hours, when the links to them have ended.");
  if (gone > 0) say(`${counted(gone, "was deleted by its owner", "were deleted by their owners")} meanwhile.`);
  name("have no object where their row says", missing);
  name(
    "could not be moved",
    failed.map(({ named }) => named),
  );
  if (failed[0]) say(`  the first one: ${failed[0].why}`);
  if (gaveUp) say("Too many failed in a row: the store is in trouble. The same command goes on later.");
  const underWay = await countUnderWay(to);
  if (underWay > 0)
    say(
      `${counted(underWay, "upload, archive or export is", "uploads, archives or exports are")} under way elsewhere: run this again in two hours.`,
    );
  if (storage().provider !== to)
    say(`New files still go to ${storage().provider}: set STORAGE_PROVIDER=${to}, start the site again, then run this once more.`);
  return missing.length + failed.length + underWay > 0 || gaveUp ? 1 : 0;
}

function name(what: string, named: Named[]): void {
  if (named.length === 0) return;
  say(`${named.length} ${what}:`);
  for (const { table, id, from, key } of named.slice(0, MOST_NAMED)) say(`  ${table} ${id} at ${from}: ${key}`);
  if (named.length > MOST_NAMED) say(`  and ${named.length - MOST_NAMED} more`);
}
