import { randomUUID } from "node:crypto";
import { ForbiddenError } from "@casl/ability";
import pg from "pg";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { GET } from "@/app/api/figures/route";
import { sweepDeletions } from "@/features/account-deletion/changes";
import { signInWithEmail } from "@/features/accounts/actions";
import { refreshFigures } from "@/features/figures/compute";
import { exportFigures, getAttention, getFigures } from "@/features/figures/queries";
import { figuresQuerySchema, rangeOf } from "@/features/figures/schema";
import { countSignUpVisit } from "@/features/figures/visits";
import { flushDayCounts } from "@/lib/day-counts";
import { db } from "@/lib/db";
import { Chart } from "@/ui/chart";
import { admin, PASSWORD, person } from "./support/people";
import { AGENTS, recount } from "./support/raw-figures";
import { as, asVisitor, browser, signedIn } from "./support/request";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const NOW = new Date("2026-11-20T15:00:00.000Z");
const FIRST = "2026-09-22";
const AGENT_NAMES = [...Object.keys(AGENTS), null];
const EVENTS = [
  { action: "user.signed_in", subjectType: "Session", after: { method: "password", strong: false } },
  { action: "user.signed_in", subjectType: "Session", after: { method: "github", strong: false } },
  // A change of the ways in, which gives the browser a new cookie.
  { action: "user.signed_in", subjectType: "Session", after: { method: "password", strong: false, renewed: true } },
  { action: "user.sign_in_failed", subjectType: "User", after: { method: "password", reason: "wrong" } },
  { action: "user.sign_in_failed", subjectType: "User", after: { method: "password", reason: "banned" } },
  { action: "user.second_step_failed", subjectType: "User", after: { method: "password", wrong: 1 } },
  // Somebody proving again who they are.
  { action: "user.second_step_failed", subjectType: "Session" },
  { action: "user.registered", subjectType: "User", after: { method: "password" } },
  { action: "user.registered", subjectType: "User", after: { method: "provider" } },
  { action: "user.registered", subjectType: "User", after: { method: "invitation" } },
  { action: "user.registration_repeated", subjectType: "User" },
  { action: "user.email_verified", subjectType: "User" },
  { action: "user.profile_changed", subjectType: "User", before: { profileComplete: false }, after: { profileComplete: true } },
  { action: "user.profile_changed", subjectType: "User", before: { profileComplete: true }, after: { profileComplete: true } },
  { action: "user.signed_out", subjectType: "Session" },
];

/** The same numbers each run: mulberry32. */
let state = 20_261_120;
function random(below: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
}
/** Some moment of the sixty days, the first and the last millisecond of a day among them. */
const moment = () => {
  const day = Date.parse(FIRST) + random(60) * DAY_MS;
  const within = [0, DAY_MS - 1, random(DAY_MS)][random(3)] ?? 0;
  return new Date(Math.min(day + within, NOW.getTime()));
};
const event = (at: Date) => ({ at, subjectId: randomUUID(), ...(EVENTS[random(EVENTS.length)] as (typeof EVENTS)[number]) });

async function kept(): Promise<Map<string, number>> {
  const rows = await db().dailyFigure.findMany({ where: { metric: { not: "computed" } } });
  return new Map(
    rows.map(({ day, metric, dimension, value }) => [`${day.toISOString().slice(0, 10)} ${metric} ${dimension}`, Number(value)]),
  );
}
const sorted = (figures: Map<string, number>) => [...figures].map(([key, value]) => `${key} = ${value}`).sort();
const later = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE_MS);

describe("the daily figures", () => {
  beforeAll(async () => {
    const users = Array.from({ length: 120 }, (_, index) => {
      const createdAt = index === 0 ? new Date(FIRST) : moment();
      const deletedAt = random(8) === 0 ? new Date(Math.min(createdAt.getTime() + random(20) * DAY_MS, NOW.getTime())) : null;
      return { id: randomUUID(), email: `${index}@example.org`, createdAt, deletedAt };
    });
    await db().user.createMany({ data: users });
    const whoever = () => users[random(users.length)]?.id ?? "";
    await db().auditEvent.createMany({ data: Array.from({ length: 600 }, () => event(moment())) });
    const sessions = Array.from({ length: 400 }, () => ({
      userId: whoever(),
      method: "password",
      createdAt: moment(),
      expiresAt: NOW,
      impersonatorId: random(10) === 0 ? whoever() : null,
      userAgent: AGENT_NAMES[random(AGENT_NAMES.length)] ?? null,
      place: [null, "Paris, FR", "Lyon, FR", "JP", "Atlantis"][random(5)] ?? null,
    }));
    const renewed = sessions.slice(0, 40);
    await db().session.createMany({ data: [...sessions, ...renewed] });
    await db().personDay.createMany({
      data: Array.from({ length: 1_200 }, () => ({ userId: whoever(), day: new Date(moment().toISOString().slice(0, 10)) })),
      skipDuplicates: true,
    });
  });

  test("are what a count of every raw row says, of every day there was, made by whichever of two workers comes first", async () => {
    await Promise.all([refreshFigures(NOW), refreshFigures(NOW)]);
    const expected = await recount(FIRST, "2026-11-20");
    expect(expected.size).toBeGreaterThan(1_000);
    expect(sorted(await kept())).toEqual(sorted(expected));
  });

  test("computed again are the same, and of the days that are over none is touched", async () => {
    const before = await db().dailyFigure.findMany({ orderBy: [{ day: "asc" }, { metric: "asc" }, { dimension: "asc" }] });
    // A moment later another process asks: nothing is old enough.
    expect(await refreshFigures(later(1))).toBe(0);
    expect(await refreshFigures(later(5))).toBe(2);
    const after = await db().dailyFigure.findMany({ orderBy: [{ day: "asc" }, { metric: "asc" }, { dimension: "asc" }] });
    const without = (rows: typeof before) => rows.filter(({ metric, day }) => metric !== "computed" || day < new Date("2026-11-19"));
    expect(without(after)).toEqual(without(before));
  });

  test("take in what comes late, of today, of yesterday, and of the Sunday that ended a week", async () => {
    for (const at of ["2026-11-20T15:06:00Z", "2026-11-19T23:59:59.999Z"])
      await db().auditEvent.create({ data: { at: new Date(at), ...EVENTS[0], subjectId: "late" } as never });
    expect(await refreshFigures(later(10))).toBe(2);
    expect(sorted(await kept())).toEqual(sorted(await recount(FIRST, "2026-11-20")));
    // Three days on, after an outage: the days that were missed, and the last two before it, which were not over.
    const someone = await db().user.findFirstOrThrow({ where: { deletedAt: null } });
    await db().personDay.createMany({ data: [{ day: new Date("2026-11-22"), userId: someone.id }], skipDuplicates: true });
    expect(await refreshFigures(new Date("2026-11-23T04:00:00Z"))).toBe(5);
    expect(sorted(await kept())).toEqual(sorted(await recount(FIRST, "2026-11-23")));
    await db().personDay.createMany({ data: [{ day: new Date("2026-11-22"), userId: someone.id }], skipDuplicates: true });
    expect(await refreshFigures(new Date("2026-11-24T00:03:00Z"))).toBe(3);
    expect(sorted(await kept())).toEqual(sorted(await recount(FIRST, "2026-11-24")));
  });
});

describe("the page", () => {
  const boss = admin();
  const asked = async (query: Record<string, string>) => rangeOf(figuresQuerySchema.parse(query), NOW);
  const read = async (query: Record<string, string>) => {
    const range = await asked(query);
    return as(await boss, async () => getFigures(await enter("read", "Dashboard"), range));
  };
  const total = (values: (number | null)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0);

  test("shows what the days of its range add up to, and those of the range before it", async () => {
    const figures = await kept();
    const between = (metric: string, from: string, to: string) =>
      [...figures]
        .filter(([key]) => key.split(" ")[1] === metric && key >= from && key.slice(0, 10) <= to)
        .reduce((all, [, value]) => all + value, 0);
    const { series, before, splits, cohorts, computedAt } = await read({ from: "2026-11-01", to: "2026-11-14" });
    for (const metric of ["people.new", "signin.done", "signin.failed", "signup.submitted", "signup.completed"] as const) {
      expect(total(series[metric]), metric).toBe(between(metric, "2026-11-01", "2026-11-14"));
      expect(total(before[metric]), metric).toBe(between(metric, "2026-10-18", "2026-10-31"));
      expect(series[metric]).toHaveLength(14);
    }
    expect(series.people.at(-1)).toBe(figures.get("2026-11-14 people "));
    expect(series["active.month"].at(-1)).toBe(figures.get("2026-11-14 active.month "));
    for (const metric of ["signin.done", "device", "browser", "country"] as const)
      expect(
        splits[metric].reduce((all, { value }) => all + value, 0),
        metric,
      ).toBe(between(metric, "2026-11-01", "2026-11-14"));
    expect(splits.browser.map(({ value }) => value)).toEqual(splits.browser.map(({ value }) => value).sort((a, b) => b - a));
    const october = cohorts.find(({ monday }) => monday.toISOString().startsWith("2026-10-05"));
    expect(october).toMatchObject({ size: figures.get("2026-10-05 cohort ") });
    expect(october?.came.slice(0, 7)).toEqual(
      // Six weeks later it is the week in which the range ends; after it there is nothing yet.
      [0, 1, 2, 3, 4, 5, null].map((week) => (week === null ? null : figures.get(`2026-10-05 retention ${week}`))),
    );
    expect(computedAt?.getTime()).toBeGreaterThanOrEqual(NOW.getTime());
    // Nobody was there to be counted: that is nothing, and not zero.
    expect((await read({ from: "2025-01-01", to: "2025-01-07" })).series.people).toEqual(Array(7).fill(null));
  });

  test("asks as many questions for a year of many rows as for a week of few", async () => {
    const queries = async (query: Record<string, string>) => {
      const spy = vi.spyOn(pg.Client.prototype, "query");
      await read(query);
      const asked = spy.mock.calls.filter(([what]) => JSON.stringify(what ?? "").includes("DailyFigure"));
      spy.mockRestore();
      return asked.length;
    };
    expect(await queries({ range: "7" })).toBe(4);
    expect(await queries({ range: "365" })).toBe(4);
  });

  test("takes a range of days up to today and a year long, and nothing else", async () => {
    const days = async (query: Record<string, string>) => {
      const { from, to, days } = await asked(query);
      return `${from.toISOString().slice(0, 10)} ${to.toISOString().slice(0, 10)} ${days}`;
    };
    expect(await days({})).toBe("2026-10-22 2026-11-20 30");
    expect(await days({ range: "7" })).toBe("2026-11-14 2026-11-20 7");
    expect(await days({ from: "2026-11-18", to: "2026-12-31" })).toBe("2026-11-18 2026-11-20 3");
    expect(await days({ from: "2027-01-01" })).toBe("2026-11-20 2026-11-20 1");
    expect(await days({ to: "2026-06-30" })).toBe("2026-06-01 2026-06-30 30");
    for (const bad of [
      { range: "8" },
      { from: "2026-11-02", to: "2026-11-01" },
      { from: "2025-01-01", to: "2026-06-01" },
      { from: "x" },
      { day: "1" },
      { range: ["7", "30"] },
      { to: "2026-02-30" },
    ])
      expect(figuresQuerySchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  });

  test("as CSV has every row of the range once, or those of one figure, and is an event itself", async () => {
    const window = await signedIn(await boss);
    const lines = async (query: string) => (await (await window.fetch(GET, `/api/figures?${query}`)).text()).trimEnd().split("\r\n");
    const [head, ...rows] = await lines("from=2026-09-21&to=2026-11-19");
    expect(head).toBe("day,metric,dimension,value");
    const expected = [...(await kept())].filter(([key]) => key.slice(0, 10) <= "2026-11-19");
    const plain = (key: string) => key.split(" ").slice(2).join(" ");
    expect(rows.sort()).toEqual(expected.map(([key, value]) => `${key.split(" ").slice(0, 2).join(",")},${plain(key)},${value}`).sort());
    const people = await lines("figure=people&from=2026-11-01&to=2026-11-02");
    expect(people.map((line) => line.split(",").slice(0, 2).join(" "))).toEqual([
      "day metric",
      ...["2026-11-01", "2026-11-02"].flatMap((day) => ["people", "people.left", "people.new"].map((metric) => `${day} ${metric}`)),
    ]);
    expect(await db().auditEvent.findFirst({ where: { action: "figures.exported" }, orderBy: { at: "desc" } })).toMatchObject({
      actorId: (await boss).id,
      after: { figure: "people", from: "2026-11-01", to: "2026-11-02", days: 2 },
    });
    for (const bad of ["figure=secrets", "from=2026-13-01", "from=2026-11-02&to=2026-11-01", "figure=people&figure=active"])
      expect((await window.fetch(GET, `/api/figures?${bad}`)).status, bad).toBe(422);
  });

  test("is for admins alone", async () => {
    const member = await person();
    const range = await asked({});
    await expect(as(member, async () => getFigures(await enter(), range))).rejects.toThrow(ForbiddenError);
    await expect(as(member, async () => getAttention(await enter()))).rejects.toThrow(ForbiddenError);
    await expect(as(member, async () => exportFigures(await enter(), range))).rejects.toThrow(ForbiddenError);
    expect((await (await signedIn(member)).fetch(GET, "/api/figures")).status).toBe(403);
    expect((await browser().fetch(GET, "/api/figures")).status).toBe(401);
  });

  test("points out who was banned today, and failed sign-ins far beyond those of the week before", async () => {
    const now = new Date("2030-01-08T12:00:00Z");
    const attention = async () => as(await boss, async () => getAttention(await enter("read", "Dashboard"), now));
    const failed = (day: string, value: number) =>
      db().dailyFigure.create({ data: { day: new Date(day), metric: "signin.failed", dimension: "password:wrong", value } });
    expect(await attention()).toEqual({ bannedToday: 0, failedToday: 0, isSpike: false });
    await failed("2030-01-08", 21);
    expect(await attention()).toMatchObject({ failedToday: 21, isSpike: true });
    await failed("2030-01-03", 56);
    expect(await attention()).toMatchObject({ failedToday: 21, isSpike: false });
    await person({ bannedAt: new Date("2030-01-08T09:00:00Z") });
    expect(await attention()).toMatchObject({ bannedToday: 1 });
  });
});

describe("what they are made of", () => {
  const failures = async () =>
    (await db().auditEvent.findMany({ where: { action: "user.sign_in_failed" }, orderBy: { at: "desc" }, take: 1 })).map(
      ({ actorId, subjectType, subjectId, ip, userAgent, before, after }) => ({
        row: { actorId, subjectType, ip, userAgent, before, after },
        subjectId,
      }),
    )[0];
  const tryOut = (email: string, password: string) => asVisitor({}, () => signInWithEmail({ email, password }));

  test("a failed sign-in is remembered alike for every state of an address, and never the address", async () => {
    const nobody = `${randomUUID()}@example.org`;
    const people = [
      await person(),
      await person({ emailVerified: null }),
      await person({ password: null }),
      await person({ bannedAt: new Date(), banReason: "x" }),
    ];
    await tryOut(nobody, "not-the-one-at-all");
    const unknown = await failures();
    expect(unknown).toEqual({
      row: {
        actorId: null,
        subjectType: "User",
        ip: "203.0.113.7",
        userAgent: "vitest",
        before: null,
        after: { method: "password", reason: "wrong" },
      },
      subjectId: "unknown",
    });
    for (const { id, email } of people) {
      await tryOut(email, "not-the-one-at-all");
      expect(await failures()).toEqual({ row: unknown?.row, subjectId: id });
    }
    expect(JSON.stringify(await db().auditEvent.findMany())).not.toContain(nobody);
    // Who is banned has shown who they are, and is told; it is remembered as what it is.
    await tryOut(people[3]?.email ?? "", PASSWORD);
    expect(await failures()).toMatchObject({ row: { after: { method: "password", reason: "banned" } }, subjectId: people[3]?.id });
  });

  test("too many guesses are counted, and leave no row each", async () => {
    const { email } = await person();
    const before = await db().auditEvent.count({ where: { action: "user.sign_in_failed" } });
    for (let guess = 0; guess < 13; guess++) await tryOut(email, "not-the-one-at-all");
    await flushDayCounts();
    expect(await db().auditEvent.count({ where: { action: "user.sign_in_failed" } })).toBe(before + 10);
    const day = new Date(new Date().toISOString().slice(0, 10));
    const where = { day_metric_dimension: { day, metric: "signin.limited", dimension: "" } };
    expect((await db().dailyFigure.findUnique({ where }))?.value).toBe(3n);
  });

  test("somebody who comes is there on that day, once, however often; whoever is deleted leaves no day behind", async () => {
    const someone = await person();
    const days = () => db().personDay.findMany({ where: { userId: someone.id } });
    expect(await days()).toEqual([]);
    for (let time = 0; time < 3; time++) await (await signedIn(someone)).run(() => enter());
    await expect.poll(days).toEqual([{ day: new Date(new Date().toISOString().slice(0, 10)), userId: someone.id }]);
    await admin();
    await db().user.update({ where: { id: someone.id }, data: { deleteAfter: new Date(0) } });
    expect(await sweepDeletions()).toBe(1);
    expect(await days()).toEqual([]);
  });

  test("visits of the sign-up page are counted without a cookie, programs and forms that came back left out", async () => {
    const visit = (headers: Record<string, string>) => asVisitor({ headers }, countSignUpVisit);
    const day = new Date(new Date().toISOString().slice(0, 10));
    const where = { day_metric_dimension: { day, metric: "signup.visited", dimension: "" } };
    const [agent = ""] = Object.keys(AGENTS);
    for (const name of [agent, agent, "Googlebot/2.1", "curl/8.5", ""]) await visit({ "user-agent": name });
    await visit({ "user-agent": agent, "content-type": "multipart/form-data; boundary=x" });
    await Promise.all([flushDayCounts(), flushDayCounts()]);
    expect((await db().dailyFigure.findUnique({ where }))?.value).toBe(2n);
    await visit({ "user-agent": agent });
    await flushDayCounts();
    expect((await db().dailyFigure.findUnique({ where }))?.value).toBe(3n);
  });
});

test("a point without a neighbour, as on the first day, is a dot that can be seen; a line has none", () => {
  const dots = (values: (number | null)[]) => {
    const points = values.map((_, index) => `day ${index}`);
    const series = [{ name: "Within the day", mark: "subject" as const, values }];
    const chart = {
      label: "Active",
      kind: "lines" as const,
      points,
      ends: ["a", "b"] as [string, string],
      series,
      format: String,
      hint: "",
    };
    const html = renderToStaticMarkup(createElement(Chart, chart));
    return [...html.matchAll(/<path d="([^"]*)"[^>]*stroke-width="7"/g)].map(([, path]) => path);
  };
  expect(dots([3])).toEqual(["M0.5 25h0"]);
  expect(dots([null, 2, null, 4, 4])).toEqual(["M1.5 50h0"]);
  expect(dots([1, 2, 4])).toEqual([]);
});
