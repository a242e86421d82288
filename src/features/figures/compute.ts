import "server-only";
import { db, type Transaction } from "@/lib/db";
import { describeUserAgent, deviceOf } from "@/lib/user-agent";
import { addDays, DAY_MS, dayOf, isoDay, mondayOf } from "./days";
import { DAY_METRICS, type Metric, RETENTION_WEEKS } from "./metrics";

/** An event counts on its day if it was committed within so long after it: then the day is closed, and never computed again. */
const LATE_MS = DAY_MS;
/** What another process computed a moment ago need not be computed again. */
const FRESH_MS = 2 * 60_000;
/** A range of a year, and the year before it to compare it with. */
const MOST_DAYS = 2 * 366;
/** Longer than the longest window that looks at them, 30 days and 13 weeks. */
const ACTIVITY_KEPT_DAYS = 100;
/** One of ours computes at a time; any number of our own. */
const LOCK = 0x666f79_22;
const DAY_TIMEOUT_MS = 60_000;
/** Different user agents of a day that are looked at. */
const MOST_AGENTS = 5_000;

interface Row {
  metric: Metric;
  dimension: string;
  value: number;
}
type Counted = { name: string | null; count: bigint };

/**
 * Brings the daily figures up to date: today's, yesterday's, and those of every day that is missing or was computed before it
 * was over, the newest first, each in one transaction. Computing a day again gives the same rows. While another process is at
 * it there is nothing to do. Returns the number of days computed.
 */
export async function refreshFigures(now = new Date()): Promise<number> {
  let computed = 0;
  for (const day of await dueDays(now)) {
    const done = await db().$transaction((tx) => alone(tx, () => computeDay(tx, day, now)), { timeout: DAY_TIMEOUT_MS });
    if (!done) return computed;
    computed++;
  }
  await db().personDay.deleteMany({ where: { day: { lt: addDays(dayOf(now), -ACTIVITY_KEPT_DAYS) } } });
  return computed;
}

async function dueDays(now: Date): Promise<Date[]> {
  const today = dayOf(now);
  const { _min } = await db().user.aggregate({ _min: { createdAt: true } });
  if (!_min.createdAt) return [];
  const first = Math.max(dayOf(_min.createdAt).getTime(), addDays(today, 1 - MOST_DAYS).getTime());
  const rows = await db().dailyFigure.findMany({
    where: { day: { gte: new Date(first) }, metric: "computed" },
    select: { day: true, value: true },
  });
  const computedAt = new Map(rows.map(({ day, value }) => [day.getTime(), Number(value)]));
  const due: Date[] = [];
  for (let day = today; day.getTime() >= first; day = addDays(day, -1)) {
    const at = computedAt.get(day.getTime());
    const isClosed = at !== undefined && at >= day.getTime() + DAY_MS + LATE_MS;
    if (at === undefined || (!isClosed && at <= now.getTime() - FRESH_MS)) due.push(day);
  }
  return due;
}

/** Does the work unless somebody else is doing the like, and says whether it did. */
async function alone(tx: Transaction, work: () => Promise<void>): Promise<boolean> {
  const [lock] = await tx.$queryRaw<{ free: boolean }[]>`SELECT pg_try_advisory_xact_lock(${LOCK}::bigint) AS "free"`;
  if (!lock?.free) return false;
  await work();
  return true;
}

async function computeDay(tx: Transaction, day: Date, now: Date): Promise<void> {
  const remembered = addDays(dayOf(now), -ACTIVITY_KEPT_DAYS);
  const rows = [
    ...(await peopleOf(tx, day)),
    // No figure rather than a wrong one, of a time nobody remembers.
    ...(addDays(day, -29) >= remembered ? await activeOn(tx, day) : []),
    ...(await eventsOf(tx, day)),
    ...(await sessionsOf(tx, day)),
    { metric: "computed" as const, dimension: "", value: now.getTime() },
  ];
  await tx.dailyFigure.deleteMany({ where: { day, metric: { in: [...DAY_METRICS] } } });
  await tx.dailyFigure.createMany({ data: rows.map((row) => ({ ...row, day })) });
  // A week is computed while it lasts, and with its last day for good.
  const isWeeksEnd = addDays(mondayOf(day), 6).getTime() === day.getTime();
  const isDue = isWeeksEnd || day.getTime() === dayOf(now).getTime();
  if (isDue && mondayOf(day) >= remembered) await computeWeek(tx, mondayOf(day));
}

async function peopleOf(tx: Transaction, day: Date): Promise<Row[]> {
  const [from, to] = bounds(day);
  const [found] = await tx.$queryRaw<{ made: bigint; deleted: bigint; new: bigint; left: bigint }[]>`
    SELECT (SELECT count(*) FROM "User" WHERE "createdAt" < ${to}::timestamptz) AS "made",
           (SELECT count(*) FROM "User" WHERE "deletedAt" < ${to}::timestamptz) AS "deleted",
           (SELECT count(*) FROM "User" WHERE "createdAt" >= ${from}::timestamptz AND "createdAt" < ${to}::timestamptz) AS "new",
           (SELECT count(*) FROM "User" WHERE "deletedAt" >= ${from}::timestamptz AND "deletedAt" < ${to}::timestamptz) AS "left"`;
  return [
    { metric: "people", dimension: "", value: Number((found?.made ?? 0n) - (found?.deleted ?? 0n)) },
    { metric: "people.new", dimension: "", value: Number(found?.new ?? 0) },
    { metric: "people.left", dimension: "", value: Number(found?.left ?? 0) },
  ];
}

/** One pass over the days of the longest window: in which of the windows somebody was, their last day says. */
async function activeOn(tx: Transaction, day: Date): Promise<Row[]> {
  const [last, week, month] = [isoDay(day), isoDay(addDays(day, -6)), isoDay(addDays(day, -29))];
  const [found] = await tx.$queryRaw<{ day: bigint; week: bigint; month: bigint }[]>`
    SELECT count(*) FILTER (WHERE "last" = ${last}::date) AS "day", count(*) FILTER (WHERE "last" >= ${week}::date) AS "week", count(*) AS "month"
      FROM (SELECT max("day") AS "last" FROM "PersonDay" WHERE "day" BETWEEN ${month}::date AND ${last}::date GROUP BY "userId") AS "people"`;
  return (["day", "week", "month"] as const).map((name) => ({
    metric: `active.${name}`,
    dimension: "",
    value: Number(found?.[name] ?? 0),
  }));
}

async function eventsOf(tx: Transaction, day: Date): Promise<Row[]> {
  const [from, to] = bounds(day);
  const events = await tx.$queryRaw<{ action: string; method: string | null; reason: string | null; count: bigint }[]>`
    SELECT "action", "after"->>'method' AS "method", "after"->>'reason' AS "reason", count(*) AS "count"
      FROM "AuditEvent"
     WHERE "at" >= ${from}::timestamptz AND "at" < ${to}::timestamptz
       AND "action" IN ('user.signed_in', 'user.sign_in_failed', 'user.second_step_failed', 'user.registered', 'user.registration_repeated',
                        'user.email_verified', 'user.profile_changed')
       AND ("action" <> 'user.profile_changed' OR "before"->>'profileComplete' = 'false')
       -- Of a session it is no sign-in, but somebody proving again who they are.
       AND ("action" <> 'user.second_step_failed' OR "subjectType" = 'User')
       -- Nor is one that goes on with a new cookie.
       AND ("action" <> 'user.signed_in' OR "after"->'renewed' IS NULL)
     GROUP BY 1, 2, 3`;
  const rows = events.flatMap(({ action, method, reason, count }) => rowsOf(action, method ?? "unknown", reason, Number(count)));
  return summed(rows);
}

/** Which figures an event counts for. */
function rowsOf(action: string, method: string, reason: string | null, value: number): Row[] {
  switch (action) {
    case "user.signed_in":
      return [{ metric: "signin.done", dimension: method, value }];
    case "user.sign_in_failed":
      return [{ metric: "signin.failed", dimension: `${method}:${reason ?? "wrong"}`, value }];
    case "user.second_step_failed":
      return [{ metric: "signin.failed", dimension: "two_step:wrong", value }];
    case "user.registered":
      return [
        { metric: "signup.submitted", dimension: method, value },
        // A provider has vouched for the address, or the invitation came to it.
        ...(method === "provider" || method === "invitation" ? [{ metric: "signup.verified" as const, dimension: method, value }] : []),
      ];
    case "user.registration_repeated":
      return [{ metric: "signup.submitted", dimension: "repeated", value }];
    case "user.email_verified":
      return [{ metric: "signup.verified", dimension: "link", value }];
    default:
      return [{ metric: "signup.completed", dimension: "", value }];
  }
}

/** A session that was renewed, and goes on under another id, is one that began when the first did. */
async function sessionsOf(tx: Transaction, day: Date): Promise<Row[]> {
  const [from, to] = bounds(day);
  const agents = await tx.$queryRaw<Counted[]>`
    SELECT "userAgent" AS "name", count(DISTINCT ("userId", "createdAt")) AS "count" FROM "Session"
     WHERE "createdAt" >= ${from}::timestamptz AND "createdAt" < ${to}::timestamptz AND "impersonatorId" IS NULL
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_AGENTS}`;
  const countries = await tx.$queryRaw<Counted[]>`
    SELECT substring("place" FROM '(?:^|, )([A-Z]{2})$') AS "name", count(DISTINCT ("userId", "createdAt")) AS "count" FROM "Session"
     WHERE "createdAt" >= ${from}::timestamptz AND "createdAt" < ${to}::timestamptz AND "impersonatorId" IS NULL AND "place" IS NOT NULL
     GROUP BY 1`;
  return summed([
    ...agents.flatMap(({ name, count }) => {
      const { browser, system } = describeUserAgent(name);
      const value = Number(count);
      return [
        { metric: "device" as const, dimension: deviceOf(name) ?? "", value },
        // Without its version: "Chrome 140" is "Chrome".
        { metric: "browser" as const, dimension: browser?.replace(/ \d+$/, "") ?? "", value },
        { metric: "system" as const, dimension: system ?? "", value },
      ];
    }),
    ...countries.map(({ name, count }) => ({ metric: "country" as const, dimension: name ?? "", value: Number(count) })),
  ]);
}

/** One row for each metric and dimension, as the table has them. */
function summed(rows: Row[]): Row[] {
  const sums = new Map<string, Row>();
  for (const { metric, dimension, value } of rows) {
    // As long as the column.
    const name = dimension.slice(0, 80);
    const key = `${metric} ${name}`;
    sums.set(key, { metric, dimension: name, value: (sums.get(key)?.value ?? 0) + value });
  }
  return [...sums.values()];
}

/** Of those who joined in this week, and in each of the twelve before it, how many were there in this week. */
async function computeWeek(tx: Transaction, monday: Date): Promise<void> {
  const first = addDays(monday, -7 * RETENTION_WEEKS).toISOString();
  const [from, to] = [isoDay(monday), isoDay(addDays(monday, 7))];
  await tx.$executeRaw`
    WITH "there" AS (
      -- Joined as a whole: a look at each of those who joined would be a million of them.
      SELECT DISTINCT "userId" FROM "PersonDay" WHERE "day" >= ${from}::date AND "day" < ${to}::date
    ), "joined" AS (
      SELECT date_trunc('week', "createdAt" AT TIME ZONE 'UTC')::date AS "cohort", count(*) AS "size", count("there"."userId") AS "came"
        FROM "User" LEFT JOIN "there" ON "there"."userId" = "User"."id"
       WHERE "createdAt" >= ${first}::timestamptz AND "createdAt" < ${`${to}T00:00:00Z`}::timestamptz
       GROUP BY 1)
    INSERT INTO "DailyFigure" ("day", "metric", "dimension", "value")
      SELECT "cohort", 'retention', ((${from}::date - "cohort") / 7)::text, "came" FROM "joined"
      UNION ALL SELECT "cohort", 'cohort', '', "size" FROM "joined" WHERE "cohort" = ${from}::date
    ON CONFLICT ("day", "metric", "dimension") DO UPDATE SET "value" = EXCLUDED."value"`;
}

/** The first moment of a day and of the next, as text: a date of JavaScript is one of the session's time zone to PostgreSQL. */
function bounds(day: Date): [from: string, to: string] {
  return [day.toISOString(), addDays(day, 1).toISOString()];
}
