import "server-only";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";

const packageSchema = z.object({ version: z.string() });

/** Foyer's version, and the commit of the clone it runs from; null where there is no clone. */
export async function release(): Promise<{ version: string | null; commit: string | null }> {
  const text = await read("package.json");
  const parsed = packageSchema.safeParse(text ? JSON.parse(text) : null);
  return { version: parsed.data?.version ?? null, commit: await commit() };
}

async function commit(): Promise<string | null> {
  const head = (await read(".git/HEAD"))?.trim() ?? "";
  const ref = /^ref: (refs\/[\w./-]+)$/.exec(head)?.[1];
  // A ref lies in a file of its own until git packs it.
  const hash = ref ? ((await read(`.git/${ref}`)) ?? packed(await read(".git/packed-refs"), ref)) : head;
  return /^[0-9a-f]{40}/.exec(hash ?? "")?.[0].slice(0, 10) ?? null;
}

function packed(refs: string | null, ref: string): string | undefined {
  return refs?.split("\n").find((line) => line.endsWith(` ${ref}`));
}

async function read(path: string): Promise<string | null> {
  return readFile(resolve(path), "utf8").catch(() => null);
}
