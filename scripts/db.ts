import { join } from "node:path";
import { requireClient } from "./build";
import { runSql } from "./db-sql";
import { authSecret, readEnvironment, requireDataFolder } from "./environment";
import { migrate, migrateQueue, withClient } from "./migrate";
import { runningPostgres, startPostgres } from "./postgres";
import { prisma } from "./prisma";
import { note, UserError } from "./terminal.mjs";

/** What `npm run db:NAME -- arguments` becomes for the Prisma CLI. */
const COMMANDS: Record<string, (args: string[]) => string[]> = {
  migrate: (args) => ["migrate", ...(args.length > 0 ? args : ["deploy"])],
  seed: (args) => ["db", "seed", ...(args.length > 0 ? ["--", ...args] : [])],
  studio: (args) => ["studio", ...args],
};

/** `npm run db:migrate`, `db:seed`, `db:studio`, `db:sql`: Prisma or a statement on the site's database, started for as long as it is needed. */
export async function main([name = "", ...args]: string[]): Promise<number> {
  const command = COMMANDS[name];
  if (!command && name !== "sql")
    throw new UserError(`There is no db command ${name}; there are ${Object.keys(COMMANDS).join(", ")}, sql.`);
  const env = readEnvironment();
  requireDataFolder(env.FOYER_DATA);
  await requireClient();
  const database = await openDatabase(env.DATABASE_URL, join(env.FOYER_DATA, "postgres"));
  try {
    if (!command) return await runSql(database.url, args);
    // A seed fills tables; on a new database somebody has to make them.
    if (name === "seed") await migrate(database.url);
    const { code } = await prisma(command(args), {
      env: { DATABASE_URL: database.url, AUTH_SECRET: authSecret(env), FOYER_DATA: env.FOYER_DATA },
    });
    // A new migration usually comes with a new schema.
    if (code === 0 && name === "migrate") {
      await requireClient();
      await withClient(database.url, (client) => migrateQueue(client, database.url));
    }
    return code;
  } finally {
    await database.stop();
  }
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
