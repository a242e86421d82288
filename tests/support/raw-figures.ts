import { db } from "@/lib/db";

/*
 * The figures of /admin once more, in plain TypeScript over every raw row: slow, short, and nothing in common with
 * src/features/figures/compute.ts but what the words mean.
 */

const DAY_MS = 86_400_000;
const text = (at: Date) => at.toISOString().slice(0, 10);
const shift = (day: string, days: number) => text(new Date(Date.parse(day) + days * DAY_MS));
const monday = (day: string) => shift(day, -((new Date(day).getUTCDay() + 6) % 7));

/** What the user agents of a test say they are. */
export const AGENTS: Record<string, { device: string; browser: string; system: string }> = {
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": {
    device: "desktop",
    browser: "Chrome",
    system: "Windows",
  },
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36": {
    device: "desktop",
    browser: "Chrome",
    system: "Windows",
  },
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1":
    { device: "phone", browser: "Safari", system: "iOS" },
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": { device: "desktop", browser: "Firefox", system: "Linux" },
  "=nonsense": { device: "", browser: "", system: "" },
};

/** Every figure of every day from `first` to `today`: "2026-11-20 signin.done password" and its value. */
export async function recount(first: string, today: string): Promise<Map<string, number>> {
  const [users, events, sessions, days] = [
    await db().user.findMany(),
    await db().auditEvent.findMany(),
    await db().session.findMany(),
    await db().personDay.findMany(),
  ];
  const found = new Map<string, number>();
  const add = (day: string, metric: string, dimension = "", value = 1) => {
    const key = `${day} ${metric} ${dimension}`;
    found.set(key, (found.get(key) ?? 0) + value);
  };
  for (let day = first; day <= today; day = shift(day, 1)) {
    const people = users.filter(({ createdAt, deletedAt }) => text(createdAt) <= day && !(deletedAt && text(deletedAt) <= day));
    add(day, "people", "", people.length);
    add(day, "people.new", "", users.filter(({ createdAt }) => text(createdAt) === day).length);
    add(day, "people.left", "", users.filter(({ deletedAt }) => deletedAt && text(deletedAt) === day).length);
    for (const [metric, length] of Object.entries({ "active.day": 1, "active.week": 7, "active.month": 30 })) {
      const within = days.filter((row) => text(row.day) <= day && text(row.day) > shift(day, -length));
      add(day, metric, "", new Set(within.map(({ userId }) => userId)).size);
    }
  }
  for (const { at, action, subjectType, before, after } of events) {
    const { method = "unknown", reason, renewed } = (after ?? {}) as { method?: string; reason?: string; renewed?: true };
    const day = text(at);
    if (action === "user.signed_in" && !renewed) add(day, "signin.done", method);
    if (action === "user.sign_in_failed") add(day, "signin.failed", `${method}:${reason}`);
    if (action === "user.second_step_failed" && subjectType === "User") add(day, "signin.failed", "two_step:wrong");
    if (action === "user.registered") add(day, "signup.submitted", method);
    if (action === "user.registered" && method !== "password") add(day, "signup.verified", method);
    if (action === "user.registration_repeated") add(day, "signup.submitted", "repeated");
    if (action === "user.email_verified") add(day, "signup.verified", "link");
    if (action === "user.profile_changed" && (before as { profileComplete: boolean }).profileComplete === false)
      add(day, "signup.completed");
  }
  // Whoever acts as somebody is not them; a session that goes on under another id began once.
  const counted = new Set<string>();
  const isFirst = (key: string) => counted.size < counted.add(key).size;
  for (const { userId, createdAt, userAgent, place } of sessions.filter(({ impersonatorId }) => impersonatorId === null)) {
    const began = `${userId} ${createdAt.toISOString()}`;
    if (isFirst(`${began} by ${userAgent}`))
      for (const [metric, dimension] of Object.entries(AGENTS[userAgent ?? ""] ?? { device: "", browser: "", system: "" }))
        add(text(createdAt), metric, dimension);
    const country = place?.split(", ").at(-1)?.length === 2 ? place.split(", ").at(-1) : "";
    if (place && isFirst(`${began} in ${country}`)) add(text(createdAt), "country", country);
  }
  for (let cohort = monday(first); cohort <= today; cohort = shift(cohort, 7)) {
    const members = users.filter(({ createdAt }) => monday(text(createdAt)) === cohort).map(({ id }) => id);
    if (members.length === 0) continue;
    add(cohort, "cohort", "", members.length);
    for (let week = 0; week <= 12 && shift(cohort, 7 * week) <= today; week++) {
      const came = new Set(days.filter((row) => monday(text(row.day)) === shift(cohort, 7 * week)).map(({ userId }) => userId));
      add(cohort, "retention", String(week), members.filter((id) => came.has(id)).length);
    }
  }
  return found;
}
