import { createInterface } from "node:readline/promises";
import { type FileRow, isOrphan, walk } from "../src/features/system/census-walk";
import { db } from "../src/lib/db";
import { configuredProviders, storageOf } from "../src/storage";
import type { Storage } from "../src/storage/storage";
import { remember, sizeText } from "./storage-report";
import { counted, UserError } from "./terminal.mjs";

/** What is younger may belong to something that is only just coming about. */
const YOUNG_MS = 2 * 3_600_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

interface Found {
  store: Storage;
  /** How many objects and files there are in all. */
  objects: number;
  files: number;
  orphans: { key: string; sizeBytes: number }[];
  young: number;
  missing: FileRow[];
}

/**
 * Walks every store that is configured beside the rows, and names what does not fit together, with its size. With `remove` the
 * objects that belong to nothing go, after a question unless `yes`; files without their object are never removed from here: they
 * may be in a store that was left out, or come back with it.
 */
export async function sweep({ remove, yes }: { remove: boolean; yes: boolean }): Promise<number> {
  if (remove && !yes && !process.stdin.isTTY) throw new UserError("Nobody is there to be asked: --yes removes without asking.");
  let left = 0;
  for (const provider of configuredProviders()) {
    const found = await look(storageOf(provider));
    tell(found);
    left += found.missing.length;
    if (found.orphans.length === 0) continue;
    const removed = remove && (await isMeant(found, yes)) ? await removeAll(found) : 0;
    left += found.orphans.length - removed;
  }
  if (left > 0 && !remove) say("Nothing was removed: --remove removes the objects that belong to nothing.");
  return left > 0 ? 1 : 0;
}

async function look(store: Storage): Promise<Found> {
  const found: Found = { store, objects: 0, files: 0, orphans: [], young: 0, missing: [] };
  const { objects, files } = await walk({
    database: db(),
    store,
    signal: new AbortController().signal,
    onOrphan: async (key) => {
      const [object, modifiedAt] = [await store.head(key), await store.modifiedAt(key)];
      if (!object || !modifiedAt) return;
      if (modifiedAt.getTime() > Date.now() - YOUNG_MS) found.young++;
      else found.orphans.push({ key, sizeBytes: object.sizeBytes });
    },
    onMissing: async (row) => void found.missing.push(row),
  });
  return { ...found, objects, files };
}

function tell({ store, objects, files, orphans, young, missing }: Found): void {
  say(`${store.provider}: ${counted(objects, "object")}, ${counted(files, "file")}.`);
  if (orphans.length > 0) say(`  ${counted(orphans.length, "object belongs", "objects belong")} to nothing, ${sizeText(sizeOf(orphans))}:`);
  for (const { key, sizeBytes } of orphans) say(`    ${key}  ${sizeText(sizeBytes)}`);
  if (young > 0) say(`  ${young} more are younger than two hours, and left alone.`);
  if (missing.length > 0) say(`  ${counted(missing.length, "file has", "files have")} no object:`);
  for (const { id, ownerId, key, sizeBytes } of missing) say(`    ${id} of ${ownerId}, ${sizeText(Number(sizeBytes))}, at ${key}`);
}

async function isMeant({ store, objects, orphans }: Found, yes: boolean): Promise<boolean> {
  const isForeign = orphans.length === objects;
  if (yes && isForeign) {
    say(`  Nothing in it belongs to this site, so it may be another one's: --yes alone removes nothing there.`);
    return false;
  }
  if (yes) return true;
  if (isForeign) say("  Nothing in it belongs to this site: it may be another one's.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Remove ${counted(orphans.length, "object")} from ${store.provider} for good? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Looks once more at each: the list may have been read at leisure. */
async function removeAll({ store, orphans }: Found): Promise<number> {
  const gone: Found["orphans"] = [];
  for (const orphan of orphans) {
    if (!(await isOrphan(db(), store, orphan.key))) continue;
    await store.delete(orphan.key);
    gone.push(orphan);
  }
  say(`  Removed ${counted(gone.length, "object")}, ${sizeText(sizeOf(gone))}.`);
  if (gone.length > 0) await remember("storage.swept", store.provider, { objects: gone.length, bytes: sizeOf(gone) });
  return gone.length;
}

function sizeOf(orphans: Found["orphans"]): number {
  return orphans.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
