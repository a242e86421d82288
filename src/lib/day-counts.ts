import { db } from "./db";
import { log } from "./log";
import { perProcess } from "./per-process";

/** What is counted without being remembered: of neither is kept who it was, or when within the day. */
export const COUNTED_METRICS = ["signup.visited", "signin.limited"] as const;
export type CountedMetric = (typeof COUNTED_METRICS)[number];

const FLUSH_AFTER_MS = 5_000;

interface Counts {
  waiting: Map<string, number>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Counts one more of today (UTC) in this process's memory, for nothing; written down within seconds. A process that is killed
 * loses as much, and while the database is away the counts wait.
 */
export function countToday(metric: CountedMetric): void {
  const own = counts();
  // A few metrics of a day or two: it cannot grow.
  const key = `${new Date().toISOString().slice(0, 10)} ${metric}`;
  own.waiting.set(key, (own.waiting.get(key) ?? 0) + 1);
  own.timer ??= setTimeout(() => void flushDayCounts(), FLUSH_AFTER_MS).unref();
}

/** Writes down what was counted so far; what cannot be written waits for the next count. Never throws. */
export async function flushDayCounts(): Promise<void> {
  const own = counts();
  clearTimeout(own.timer);
  own.timer = undefined;
  for (const [key, count] of [...own.waiting]) {
    own.waiting.delete(key);
    const [day, metric] = key.split(" ");
    await db().$executeRaw`INSERT INTO "DailyFigure" ("day", "metric", "dimension", "value") VALUES (${day}::date, ${metric}, '', ${count})
        ON CONFLICT ("day", "metric", "dimension") DO UPDATE SET "value" = "DailyFigure"."value" + EXCLUDED."value"`.catch(
      (error: unknown) => {
        own.waiting.set(key, (own.waiting.get(key) ?? 0) + count);
        log().debug({ err: error }, "counts of the day");
      },
    );
  }
}

function counts(): Counts {
  return perProcess<Counts>("foyerDayCounts", () => ({ waiting: new Map(), timer: undefined }));
}
