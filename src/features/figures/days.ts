export const DAY_MS = 24 * 3_600_000;

/** The day (UTC) a moment is in, as its midnight. */
export function dayOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);
}

/** So many days later, or earlier; every day of UTC has 24 hours. */
export function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MS);
}

/** The Monday of the week (ISO 8601) a day is in. */
export function mondayOf(day: Date): Date {
  return addDays(day, -((day.getUTCDay() + 6) % 7));
}

/** How many days lie between, the later one not counted. */
export function daysBetween(from: Date, to: Date): number {
  return Math.round((to.getTime() - from.getTime()) / DAY_MS);
}

/** The day as PostgreSQL writes it. */
export function isoDay(day: Date): string {
  return day.toISOString().slice(0, 10);
}
