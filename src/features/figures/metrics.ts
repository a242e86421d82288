import type { COUNTED_METRICS } from "@/lib/day-counts";

/** What the worker computes of a day from the events of that day, and of the days before it where a window asks for them. */
export const DAY_METRICS = [
  /** Accounts there are at the end of the day, made on it, and deleted on it. */
  "people",
  "people.new",
  "people.left",
  /** Who was there on the day, and within 7 and 30 days that end with it, each person once. */
  "active.day",
  "active.week",
  "active.month",
  /** By way in; of those that failed, by way in and reason ("password:wrong"). */
  "signin.done",
  "signin.failed",
  /** Each on the day it happened: forms sent, by their outcome; addresses confirmed; first profiles. */
  "signup.submitted",
  "signup.verified",
  "signup.completed",
  /** Of the sessions that began. */
  "device",
  "browser",
  "system",
  "country",
  /** When it was computed, in milliseconds: a day is closed once that is late enough. */
  "computed",
] as const;

/** What belongs to the week a day is in, on the row of its Monday: how many joined in it, and how many of them came in each week since. */
export const WEEK_METRICS = ["cohort", "retention"] as const;

export type Metric = (typeof DAY_METRICS)[number] | (typeof WEEK_METRICS)[number] | (typeof COUNTED_METRICS)[number];

/** What stands in one file of CSV. */
export const FIGURES = {
  people: ["people", "people.new", "people.left"],
  active: ["active.day", "active.week", "active.month"],
  signins: ["signin.done", "signin.failed", "signin.limited"],
  signups: ["signup.visited", "signup.submitted", "signup.verified", "signup.completed"],
  retention: ["cohort", "retention"],
  devices: ["device", "browser", "system"],
  countries: ["country"],
} as const satisfies Record<string, readonly Metric[]>;
export type Figure = keyof typeof FIGURES;

/** How many weeks after the one they joined in people are looked for. */
export const RETENTION_WEEKS = 12;
