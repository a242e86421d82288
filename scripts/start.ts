import { join } from "node:path";
import type { Env } from "../src/lib/env";
import { lockTree, requireBuild, requireClient } from "./build";
import { readEnvironment, requireDataFolder, serverEnvironment } from "./environment";
import { readFirstAdmin, requireFirstAdmin } from "./first-admin";
import { migrate } from "./migrate";
import { startPostgres } from "./postgres";
import { startBox } from "./start-box";
import { requireFreePort, startSite, stopSignal } from "./supervisor";
import { colour, note, step, UserError } from "./terminal.mjs";

/** `npm start`, `npm run dev` (--dev), `npm run setup` (--setup): from a fresh clone to a running site, step by step. */
export async function main(args: string[]): Promise<number> {
  const dev = args.includes("--dev");
  const signal = stopSignal();
  const cleanups: (() => Promise<void>)[] = [];
  try {
    if (args.includes("--setup")) return await setUp(signal);
    await serve({ dev, signal, cleanups });
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    return 0;
  } finally {
    // In reverse order: the site first, then the database it uses.
    if (signal.aborted && cleanups.length > 0) process.stdout.write("\n");
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

async function setUp(signal: AbortSignal): Promise<number> {
  await prepareTree({ dev: false, signal });
  process.stdout.write("\nReady. Start with: npm start\n");
  return 0;
}

type Run = { dev: boolean; signal: AbortSignal; cleanups: (() => Promise<void>)[] };

async function serve({ dev, signal, cleanups }: Run): Promise<void> {
  const env = readEnvironment();
  await requireFreePort(env, dev ? "npm run dev" : "npm start");
  requireDataFolder(env.FOYER_DATA);
  await prepareTree({ dev, signal });
  const database = await openDatabase(env, cleanups);
  signal.throwIfAborted();
  await step("Migrations", () => migrate(database.url));
  await step("First admin", () => requireFirstAdmin(database.url, env));
  signal.throwIfAborted();
  let siteExited: Promise<string> | undefined;
  await step("Site", async () => {
    const site = await startSite(serverEnvironment(env, { databaseUrl: database.url, embedded: database.embedded !== null, dev }), {
      dev,
      signal,
    });
    siteExited = site.exited;
    cleanups.push(() => step("Site stopped", site.stop));
  });
  process.stdout.write(`\n${startBox({ env, admin: readFirstAdmin(env.FOYER_DATA), database: database.embedded, dev })}\n\n`);
  const aborted = new Promise<null>((done) => signal.addEventListener("abort", () => done(null), { once: true }));
  const why = await Promise.race([aborted, siteExited, database.exited]);
  if (why && !signal.aborted) throw new UserError(colour(31, why));
}

async function prepareTree({ dev, signal }: Omit<Run, "cleanups">): Promise<void> {
  const release = await lockTree();
  try {
    await requireClient(signal);
    if (!dev) await requireBuild(signal);
  } finally {
    release();
  }
  signal.throwIfAborted();
}

async function openDatabase(
  env: Env,
  cleanups: Run["cleanups"],
): Promise<{ url: string; embedded: { port: number; data: string } | null; exited: Promise<string | undefined> }> {
  // DATABASE_URL is somebody else's server: nothing to start, nothing to stop, and it may come and go.
  if (env.DATABASE_URL) return { url: env.DATABASE_URL, embedded: null, exited: new Promise(() => {}) };
  let running: Awaited<ReturnType<typeof startPostgres>> | undefined;
  await step("Database", async () => {
    running = await startPostgres({ dir: join(env.FOYER_DATA, "postgres"), log: note });
    return `PostgreSQL 18 on port ${running.port}`;
  });
  if (!running) throw new Error("unreachable: step either runs its work or throws");
  const { url, port, data, stop, exited } = running;
  cleanups.push(() => step("Database stopped", stop));
  return {
    url,
    embedded: { port, data },
    exited: exited.then(() => `PostgreSQL ended by itself; ${join(env.FOYER_DATA, "postgres", "postgres.log")} says why.`),
  };
}
