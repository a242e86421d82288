import { join } from "node:path";
import { db } from "../src/lib/db";
import { openDatabase } from "./db";
import { authSecret, readEnvironment, requireDataFolder } from "./environment";
import { migrationState, withClient } from "./migrate";
import { UserError } from "./terminal.mjs";

interface Lock {
  /** Any number of ours, and what of many such works this is: of two that name the same, one is done. */
  number: number;
  of: string;
  /** What the other one is told. */
  taken: string;
}

/** Does `work` with the code of the site on its database and stores, under a lock; on no database of an older release. */
export async function onSite(lock: Lock, work: () => Promise<number>): Promise<number> {
  const env = readEnvironment();
  requireDataFolder(env.FOYER_DATA);
  const database = await openDatabase(env.DATABASE_URL, join(env.FOYER_DATA, "postgres"));
  try {
    Object.assign(process.env, { DATABASE_URL: database.url, AUTH_SECRET: authSecret(env), FOYER_DATA: env.FOYER_DATA });
    return await withClient(database.url, async (client) => {
      if ((await migrationState(client)).pending.length > 0)
        throw new UserError("The database is of an older release: start the site once, or run npm run db:migrate, then this.");
      const { rows } = await client.query<{ free: boolean }>("SELECT pg_try_advisory_lock($1, hashtext($2)) AS free", [
        lock.number,
        lock.of,
      ]);
      if (!rows[0]?.free) throw new UserError(lock.taken);
      return work();
    });
  } finally {
    await db().$disconnect();
    await database.stop();
  }
}
