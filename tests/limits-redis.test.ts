import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admitGuess } from "@/access/limits";
import { db } from "@/lib/db";
import { startRedis } from "./support/redis";

let redis: Awaited<ReturnType<typeof startRedis>>;
let stopped = false;
beforeAll(async () => {
  redis = await startRedis();
  process.env.REDIS_URL = redis.url;
}, 120_000);
afterAll(async () => {
  if (!stopped) await redis.stop();
});

let last = 0;
const guess = (account: string) => admitGuess(account, { ip: `198.51.100.${++last}`, deviceId: null });
const counted = () => db().$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM "RateLimit"`.then(([row]) => Number(row?.count));

describe("with REDIS_URL", () => {
  test("guesses are counted there, before any is answered, and a right one gives back what it took", async () => {
    const account = `${randomUUID()}@example.org`;
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => guess(account)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    await expect(guess(account)).rejects.toMatchObject({ code: "rate_limited", status: 429 });
    const other = `${randomUUID()}@example.org`;
    for (let count = 0; count < 15; count++) await (await guess(other)).right();
    expect(await counted()).toBe(0);
  });

  test("a Redis that is frozen holds up nobody: the database counts, from the first guess of a process on, until Redis is back", async () => {
    redis.freeze();
    // As in a process that has just begun.
    Object.assign(globalThis, { foyerLimiters: undefined });
    const account = `${randomUUID()}@example.org`;
    for (let count = 0; count < 10; count++) await guess(account);
    await expect(guess(account)).rejects.toMatchObject({ code: "rate_limited" });
    expect(await counted()).toBeGreaterThan(0);
    redis.thaw();
    await db().$executeRaw`DELETE FROM "RateLimit"`;
    // Counted there again, as soon as it has answered.
    await expect
      .poll(
        async () => {
          await db().$executeRaw`DELETE FROM "RateLimit"`;
          await guess(`${randomUUID()}@example.org`);
          return counted();
        },
        { timeout: 30_000 },
      )
      .toBe(0);
  });

  test("while Redis is away the database counts: the door is neither open nor shut", async () => {
    await redis.stop();
    stopped = true;
    const account = `${randomUUID()}@example.org`;
    for (let count = 0; count < 10; count++) await guess(account);
    await expect(guess(account)).rejects.toMatchObject({ code: "rate_limited" });
    expect(await counted()).toBeGreaterThan(0);
  });
});
