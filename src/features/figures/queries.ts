import "server-only";
import { ForbiddenError } from "@casl/ability";
import { change, confirm } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { csvLine, csvStream } from "@/lib/csv";
import { db } from "@/lib/db";
import { addDays, dayOf, daysBetween, isoDay, mondayOf } from "./days";
import { FIGURES, type Figure, type Metric, RETENTION_WEEKS } from "./metrics";
import { type Range, rangeBefore } from "./schema";

/** Shown day by day. */
const SERIES = [
  "people",
  "people.new",
  "people.left",
  "active.day",
  "active.week",
  "active.month",
  "signin.done",
  "signin.failed",
  "signin.limited",
  "signup.visited",
  "signup.submitted",
  "signup.verified",
  "signup.completed",
] as const satisfies Metric[];
/** Shown by what they are split by, as sums over the range. */
const SPLITS = ["signin.done", "signin.failed", "device", "browser", "system", "country"] as const satisfies Metric[];
export type SeriesMetric = (typeof SERIES)[number];
export type SplitMetric = (typeof SPLITS)[number];

const COHORTS = 12;
const CSV_DAYS = 31;
/** So many failed sign-ins a day are worth a look, when they are so many times what the week before had. */
const [SPIKE_LEAST, SPIKE_TIMES, SPIKE_DAYS] = [20, 3, 7];

export interface Cohort {
  monday: Date;
  size: number;
  /** How many of them were there so many weeks later; null where the week is yet to come, or nobody remembers. */
  came: (number | null)[];
}
export interface Figures {
  range: Range;
  /** For each day of the range; null for a day that is not computed. */
  series: Record<SeriesMetric, (number | null)[]>;
  /** The same of as many days just before. */
  before: Record<SeriesMetric, (number | null)[]>;
  splits: Record<SplitMetric, { name: string; value: number }[]>;
  cohorts: Cohort[];
  /** When the newest figures were computed; null before the first. */
  computedAt: Date | null;
}

/** The figures of a range and of the one before it: rows the worker wrote, a few dozen a day, however many people there are. */
export async function getFigures(entry: Entry, range: Range): Promise<Figures> {
  ForbiddenError.from(entry.ability).throwUnlessCan("read", "Dashboard");
  const previous = rangeBefore(range);
  const [days, splits, weeks, computed] = await Promise.all([
    db().dailyFigure.groupBy({
      by: ["day", "metric"],
      where: { day: { gte: previous.from, lte: range.to }, metric: { in: [...SERIES, "computed"] } },
      _sum: { value: true },
    }),
    db().dailyFigure.groupBy({
      by: ["metric", "dimension"],
      where: { day: { gte: range.from, lte: range.to }, metric: { in: [...SPLITS] } },
      _sum: { value: true },
    }),
    db().dailyFigure.findMany({
      where: { day: { gte: firstCohort(range), lte: range.to }, metric: { in: ["cohort", "retention"] } },
      select: { day: true, metric: true, dimension: true, value: true },
    }),
    // At most two days are not closed: the newest is one of them, unless the worker has been away.
    db().dailyFigure.aggregate({ where: { metric: "computed", day: { gte: addDays(range.to, -CSV_DAYS) } }, _max: { value: true } }),
  ]);
  const values = new Map(days.map(({ day, metric, _sum }) => [`${isoDay(day)} ${metric}`, Number(_sum.value ?? 0)]));
  const newest = computed._max.value;
  return {
    range,
    series: seriesOf(values, range),
    before: seriesOf(values, previous),
    splits: bySplit(splits.map(({ metric, dimension, _sum }) => ({ metric, name: dimension, value: Number(_sum.value ?? 0) }))),
    cohorts: cohortsOf(weeks, range),
    computedAt: newest === null ? null : new Date(Number(newest)),
  };
}

/** What an admin should look at first: who was banned today, and failed sign-ins far beyond those of the week before. */
export async function getAttention(
  entry: Entry,
  now = new Date(),
): Promise<{ bannedToday: number; failedToday: number; isSpike: boolean }> {
  ForbiddenError.from(entry.ability).throwUnlessCan("read", "Dashboard");
  const today = dayOf(now);
  const people = accessibleBy(entry.ability).ofType("User");
  const [bannedToday, failed] = await Promise.all([
    db().user.count({ where: { AND: [people, { bannedAt: { gte: today } }] } }),
    db().dailyFigure.groupBy({
      by: ["day"],
      where: { day: { gte: addDays(today, -SPIKE_DAYS), lte: today }, metric: { in: ["signin.failed", "signin.limited"] } },
      _sum: { value: true },
    }),
  ]);
  const on = (isToday: boolean) =>
    failed.filter(({ day }) => (day.getTime() === today.getTime()) === isToday).reduce((sum, { _sum }) => sum + Number(_sum.value ?? 0), 0);
  const failedToday = on(true);
  return { bannedToday, failedToday, isSpike: failedToday >= SPIKE_LEAST && failedToday >= (SPIKE_TIMES * on(false)) / SPIKE_DAYS };
}

/** One figure, or all of them, of a range as CSV (RFC 4180, UTF-8), in constant memory. That it was asked for is an event itself. */
export async function exportFigures(entry: Entry, { from, to, days }: Range, figure?: Figure): Promise<ReadableStream<Uint8Array>> {
  ForbiddenError.from(entry.ability).throwUnlessCan("read", "Dashboard");
  await change(entry, async (_, record) => {
    const after = { figure: figure ?? null, from: isoDay(from), to: isoDay(to), days };
    await record({ action: "figures.exported", subjectType: "DailyFigure", subjectId: "csv", after });
  });
  const metrics: Metric[] = figure ? [...FIGURES[figure]] : Object.values(FIGURES).flat();
  return csvStream(csvLines(entry, from, to, metrics));
}

async function* csvLines(entry: Entry, from: Date, to: Date, metrics: Metric[]): AsyncGenerator<string, undefined> {
  yield csvLine(["day", "metric", "dimension", "value"]);
  for (let first = from; first <= to; first = addDays(first, CSV_DAYS)) {
    // Somebody who is banned or signed out meanwhile gets no further line.
    await confirm(entry);
    const last = new Date(Math.min(addDays(first, CSV_DAYS - 1).getTime(), to.getTime()));
    const rows = await db().dailyFigure.findMany({
      where: { day: { gte: first, lte: last }, metric: { in: metrics } },
      select: { day: true, metric: true, dimension: true, value: true },
      orderBy: [{ day: "asc" }, { metric: "asc" }, { dimension: "asc" }],
    });
    if (rows.length > 0)
      yield rows.map(({ day, metric, dimension, value }) => csvLine([isoDay(day), metric, dimension, Number(value)])).join("");
  }
}

function seriesOf(values: Map<string, number>, { from, days }: Range): Figures["series"] {
  const of = (metric: SeriesMetric) =>
    Array.from({ length: days }, (_, index) => {
      const day = isoDay(addDays(from, index));
      const value = values.get(`${day} ${metric}`);
      // Of a computed day what is not there did not happen; whose activity nobody remembers is not zero.
      return value ?? (values.has(`${day} computed`) && !metric.startsWith("active.") ? 0 : null);
    });
  // One entry for each of SERIES, which is what the type asks for.
  return Object.fromEntries(SERIES.map((metric) => [metric, of(metric)])) as Figures["series"];
}

function bySplit(rows: { metric: string; name: string; value: number }[]): Figures["splits"] {
  const of = (metric: SplitMetric) =>
    rows
      .filter((row) => row.metric === metric && row.value > 0)
      .map(({ name, value }) => ({ name, value }))
      .sort((a, b) => b.value - a.value || a.name.localeCompare(b.name));
  // As above, for SPLITS.
  return Object.fromEntries(SPLITS.map((metric) => [metric, of(metric)])) as Record<SplitMetric, { name: string; value: number }[]>;
}

function firstCohort({ to }: Range): Date {
  return addDays(mondayOf(to), -7 * (COHORTS - 1));
}

function cohortsOf(rows: { day: Date; metric: string; dimension: string; value: bigint }[], range: Range): Cohort[] {
  const values = new Map(rows.map(({ day, metric, dimension, value }) => [`${isoDay(day)} ${metric} ${dimension}`, Number(value)]));
  const last = mondayOf(range.to);
  return Array.from({ length: COHORTS }, (_, index) => addDays(firstCohort(range), 7 * index)).flatMap((monday) => {
    const size = values.get(`${isoDay(monday)} cohort `) ?? 0;
    const weeks = Math.min(RETENTION_WEEKS, daysBetween(monday, last) / 7);
    const came = Array.from({ length: COHORTS }, (_, week) =>
      week <= weeks ? (values.get(`${isoDay(monday)} retention ${week}`) ?? null) : null,
    );
    return size > 0 ? [{ monday, size, came }] : [];
  });
}
