import "server-only";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { db } from "@/lib/db";
import { storage } from "@/storage";

const ANSWER_MS = 3_000;

/** Every check writes to the store, and anybody may ask for one. */
const KEPT_MS = 1_000;

export type Health = "ok" | "unavailable" | "pending";
type Checks = { database: Health; migrations: Health; storage: Health };

let last: { checks: Promise<Checks>; until: number } | undefined;

/**
 * Whether what a request needs answers within three seconds; says nothing about why not, because anybody may ask. Who asks
 * while a check is under way, or within a second of its end, is told what it found.
 */
export function checkHealth(): Promise<Checks> {
  if (last && performance.now() < last.until) return last.checks;
  const started = { checks: check(), until: Number.POSITIVE_INFINITY };
  last = started;
  const end = () => {
    started.until = performance.now() + KEPT_MS;
  };
  started.checks.then(end, end);
  return started.checks;
}

async function check(): Promise<Checks> {
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
