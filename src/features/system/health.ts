import "server-only";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { db } from "@/lib/db";
import { storage } from "@/storage";

const ANSWER_MS = 3_000;

export type Health = "ok" | "unavailable" | "pending";

/** Whether what a request needs answers within three seconds; says nothing about why not, because anybody may ask. */
export async function checkHealth(): Promise<{ database: Health; migrations: Health; storage: Health }> {
  const [applied, store] = await Promise.all([
    inTime(appliedMigrations()),
    inTime(
      storage()
        .check()
        .then(() => true),
    ),
  ]);
  const known = await readdir(resolve("prisma/migrations"), { withFileTypes: true }).catch(() => []);
  const wanted = known.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return {
    database: applied ? "ok" : "unavailable",
    migrations: !applied ? "unavailable" : wanted.every((name) => applied.has(name)) ? "ok" : "pending",
    storage: store ? "ok" : "unavailable",
  };
}

async function appliedMigrations(): Promise<Set<string>> {
  const rows = await db().$queryRaw<
    { migration_name: string }[]
  >`SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;
  return new Set(rows.map((row) => row.migration_name));
}

async function inTime<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((done) => {
    timer = setTimeout(() => done(null), ANSWER_MS);
  });
  return Promise.race([work.catch(() => null), late]).finally(() => clearTimeout(timer));
}
