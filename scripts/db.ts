import { join } from "node:path";
import type { Env } from "../src/lib/env";
import { requireClient } from "./build";
import { runSql } from "./db-sql";
import { authSecret, readEnvironment, requireDataFolder } from "./environment";
import { migrate, migrateQueue, withClient } from "./migrate";
import { runningPostgres, startPostgres } from "./postgres";
import { prisma } from "./prisma";
import { note, UserError } from "./terminal.mjs";

interface Site {
  url: string;
  env: Env;
}

/** What `npm run db:NAME -- arguments` does. */
const COMMANDS: Record<string, (args: string[], site: Site) => Promise<number>> = {
  migrate: async (args, site) => {
    const code = await runPrisma(["migrate", ...(args.length > 0 ? args : ["deploy"])], site);
    if (code !== 0) return code;
    // A new migration usually comes with a new schema.
    await requireClient();
    await withClient(site.url, (client) => migrateQueue(client, site.url));
    return 0;
  },
  seed: async (args, site) => {
    // A seed fills tables; on a new database somebody has to make them.
    await migrate(site.url);
    return runPrisma(["db", "seed", ...(args.length > 0 ? ["--", ...args] : [])], site);
  },
  studio: (args, site) => runPrisma(["studio", ...args], site),
  sql: (args, { url }) => runSql(url, args),
};

/** `npm run db:migrate`, `db:seed`, `db:studio`, `db:sql`: Prisma or a statement on the site's database, started for as long as it is needed. */
export async function main([name = "", ...args]: string[]): Promise<number> {
  const command = COMMANDS[name];
  if (!command) throw new UserError(`There is no db command ${name}; there are ${Object.keys(COMMANDS).join(", ")}.`);
  const env = readEnvironment();
  requireDataFolder(env.FOYER_DATA);
  await requireClient();
  const database = await openDatabase(env.DATABASE_URL, join(env.FOYER_DATA, "postgres"));
  try {
    return await command(args, { url: database.url, env });
  } finally {
    await database.stop();
  }
}

async function runPrisma(args: string[], { url, env }: Site): Promise<number> {
  const { code } = await prisma(args, { env: { DATABASE_URL: url, AUTH_SECRET: authSecret(env), FOYER_DATA: env.FOYER_DATA } });
  return code;
}

/** The site's database; the embedded one is started where nothing runs it, for as long as until `stop`. */
export async function openDatabase(given: string | undefined, dir: string): Promise<{ url: string; stop(): Promise<void> }> {
  if (given) return { url: given, stop: async () => {} };
  const running = await runningPostgres(dir);
  if (running) return { url: running.url, stop: async () => {} };
  const own = await startPostgres({ dir, log: note });
  // Ctrl-C reaches the Prisma command by itself; the database ends after it, not before.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  return own;
}
