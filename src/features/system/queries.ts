import "server-only";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { within } from "@/lib/deadline";
import { settingNames } from "@/lib/env";
import { countJobs, listFailedJobs, MOST_COUNTED } from "@/lib/queue-state";
import { censusSchema, LONGEST_WALK_MS } from "./census-details";

/** A card waits no longer: what does not answer by then is shown as that. */
const ANSWER_MS = 2_000;
const TABLES_SHOWN = 8;
const MAILS_SHOWN = 20;
const WORKERS_SHOWN = 10;
/** A worker says every five seconds that it lives. */
const SILENT_MS = 20_000;

/** The database's version, start, size and biggest tables, rows by the planner's estimate; null where it does not answer. */
export async function getDatabase(entry: Entry) {
  return asked(entry, async () => {
    const [about, tables] = await Promise.all([
      db().$queryRaw<{ version: string; startedAt: Date; bytes: bigint }[]>`
        SELECT current_setting('server_version') AS "version", pg_postmaster_start_time() AS "startedAt",
          pg_database_size(current_database()) AS "bytes"`,
      db().$queryRaw<{ name: string; bytes: bigint; rows: number | null }[]>`
        SELECT c.relname::text AS "name", pg_total_relation_size(c.oid) AS "bytes",
          CASE WHEN c.reltuples >= 0 THEN c.reltuples::float8 END AS "rows"
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 2 DESC, 1 LIMIT ${TABLES_SHOWN}`,
    ]);
    const [{ version = "", startedAt = new Date(), bytes = 0n } = {}] = about;
    return { version, startedAt, bytes: Number(bytes), tables: tables.map((table) => ({ ...table, bytes: Number(table.bytes) })) };
  });
}

/** Which migrations of this release the database has, lacks, and broke off; null where it does not answer. */
export async function getMigrations(entry: Entry) {
  return asked(entry, async () => {
    const [folders, rows] = await Promise.all([
      readdir(resolve("prisma/migrations"), { withFileTypes: true }).catch(() => []),
      db().$queryRaw<{ name: string; done: boolean; at: Date | null }[]>`
        SELECT migration_name AS "name", finished_at IS NOT NULL AS "done", finished_at AS "at"
        FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY migration_name`,
    ]);
    const applied = rows.filter(({ done }) => done);
    const names = new Set(applied.map(({ name }) => name));
    const wanted = folders.filter((folder) => folder.isDirectory()).map(({ name }) => name);
    return {
      applied: applied.length,
      last: applied.at(-1)?.name ?? null,
      pending: wanted.filter((name) => !names.has(name)).sort(),
      failed: rows.filter(({ done }) => !done).map(({ name }) => name),
      newer: [...names].filter((name) => !wanted.includes(name)),
    };
  });
}

/** The workers as they last said, and what waits for them; null where the database does not answer. */
export async function getQueue(entry: Entry) {
  return asked(entry, async () => {
    const [workers, counts, failed] = await Promise.all([
      db().worker.findMany({
        select: { id: true, startedAt: true, beatAt: true, done: true, failed: true },
        orderBy: { beatAt: "desc" },
        take: WORKERS_SHOWN,
      }),
      countJobs(db()),
      listFailedJobs(db()),
    ]);
    const alive = workers.filter(({ beatAt }) => Date.now() - beatAt.getTime() < SILENT_MS);
    return { alive, lastBeat: workers[0]?.beatAt ?? null, ...counts, isMore: counts.looked > MOST_COUNTED, jobs: failed };
  });
}

/** What waits in the outbox, from its newest ten thousand mails, and the last that were not taken; null where the database does not answer. */
export async function getOutbox(entry: Entry) {
  return asked(entry, async () => {
    const [counts, mails] = await Promise.all([
      db().$queryRaw<{ looked: number; waiting: number; over: number; oldest: Date | null }[]>`
        SELECT count(*)::int AS "looked", count(*) FILTER (WHERE "props" <> '{}')::int AS "waiting",
          count(*) FILTER (WHERE "props" = '{}')::int AS "over", min("createdAt") FILTER (WHERE "props" <> '{}') AS "oldest"
        FROM (SELECT "props", "createdAt" FROM "Mail" WHERE "sentAt" IS NULL ORDER BY "createdAt" DESC LIMIT ${MOST_COUNTED + 1}) m`,
      db().$queryRaw<{ id: string; to: string; template: string; attempts: number; reason: string; createdAt: Date; over: boolean }[]>`
        SELECT "id"::text, "to", "template", "attempts", "lastError" AS "reason", "createdAt", "props" = '{}' AS "over"
        FROM (SELECT * FROM "Mail" WHERE "sentAt" IS NULL ORDER BY "createdAt" DESC LIMIT ${MOST_COUNTED + 1}) m
        WHERE "lastError" IS NOT NULL ORDER BY "createdAt" DESC, "id" DESC LIMIT ${MAILS_SHOWN}`,
    ]);
    const { looked = 0, waiting = 0, over = 0, oldest = null } = counts[0] ?? {};
    return { waiting, over, oldest, isMore: looked > MOST_COUNTED, mails };
  });
}

/** What the worker counted when it last walked the store, and whether it does so now; null where the database does not answer. */
export async function getStorage(entry: Entry) {
  return asked(entry, async () => {
    const select = { askedAt: true, finishedAt: true, failed: true, objects: true, files: true, bytes: true, orphans: true, missing: true };
    const latest = await db().storageCensus.findMany({ select: { ...select, details: true }, orderBy: { askedAt: "desc" }, take: 3 });
    const [newest] = latest;
    const found = latest.find(({ finishedAt, failed }) => finishedAt && !failed);
    const details = censusSchema.safeParse(found?.details).data ?? { owners: [], orphans: [], missing: [] };
    const ids = details.owners.map((owner) => owner.id);
    const people = await db().user.findMany({
      where: { AND: [accessibleBy(entry.ability).ofType("User"), { id: { in: ids } }] },
      select: { id: true, name: true, email: true, deletedAt: true },
    });
    const names = new Map(people.map(({ id, name, email, deletedAt }) => [id, deletedAt ? null : name || email]));
    return {
      isRunning: newest?.finishedAt === null && Date.now() - newest.askedAt.getTime() < LONGEST_WALK_MS,
      isFailed: newest?.failed ?? false,
      census: found && { ...found, finishedAt: found.finishedAt ?? found.askedAt, bytes: Number(found.bytes) },
      owners: details.owners.map((owner) => ({ ...owner, name: names.get(owner.id) ?? null })),
      orphans: details.orphans,
      missing: details.missing,
    };
  });
}

/** Which settings somebody set and which stand on their default, by name; never a value. */
export async function listSettings(entry: Entry) {
  if (!entry.ability.can("read", "Dashboard")) return null;
  const names = settingNames();
  const pick = (isSet: boolean) => names.filter((setting) => setting.isSet === isSet).map(({ name }) => name);
  return { set: pick(true), unset: pick(false) };
}

/** Null for whoever may not see the dashboard, and where no answer comes in time: a part of the page that fails is no failed page. */
async function asked<T>(entry: Entry, work: () => Promise<T>): Promise<T | null> {
  if (!entry.ability.can("read", "Dashboard")) return null;
  return within(ANSWER_MS, work()).catch(() => null);
}
