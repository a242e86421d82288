import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { addressKey, admitGuess, assertRate } from "@/access/limits";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { person } from "./support/people";

const visitor = (ip: string, deviceId: string | null = null) => ({ ip, deviceId });
const refusal = { code: "rate_limited", status: 429 };

/** Guesses until one is refused; how many were let through. */
async function guessesUntilRefused(account: string, from: () => { ip: string; deviceId: string | null }, most = 200): Promise<number> {
  for (let count = 0; count < most; count++) {
    const refused = await admitGuess(account, from()).then(
      () => null,
      (error: unknown) => error,
    );
    if (refused) {
      expect(refused).toMatchObject(refusal);
      return count;
    }
  }
  return most;
}

describe("guesses at secrets", () => {
  let ip = 0;
  const anyIp = () => visitor(`198.51.${Math.floor(ip / 250)}.${ip++ % 250}`);

  test("an account takes ten from strangers in a quarter of an hour, wherever they come from, and says how long to wait", async () => {
    const account = `${randomUUID()}@example.org`;
    expect(await guessesUntilRefused(account, anyIp)).toBe(10);
    await expect(admitGuess(account, anyIp())).rejects.toSatisfy(
      (error: { retryAfter: number }) => error.retryAfter > 600 && error.retryAfter <= 900,
    );
  });

  test("a hundred at once are counted before any is answered", async () => {
    const account = `${randomUUID()}@example.org`;
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => admitGuess(account, anyIp())));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  });

  test("one address takes a hundred over all accounts, and its whole /64 counts as one", async () => {
    const from = () => visitor(`2001:db8:1:2:${(ip++).toString(16)}::1`);
    let admitted = 0;
    for (; admitted < 200 * env().RATE_LIMIT_FACTOR; admitted++)
      if (
        await admitGuess(`${randomUUID()}@example.org`, from()).then(
          () => false,
          () => true,
        )
      )
        break;
    expect(admitted).toBe(100 * env().RATE_LIMIT_FACTOR);
    await expect(admitGuess(`${randomUUID()}@example.org`, visitor("2001:db8:1:3::1"))).resolves.toBeDefined();
  });

  test("another process, or this one started again, counts on from there", async () => {
    const account = `${randomUUID()}@example.org`;
    for (let count = 0; count < 9; count++) await admitGuess(account, anyIp());
    const script = `const { admitGuess } = await import("@/access/limits");
      const results = await Promise.allSettled(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((ip) => admitGuess(process.argv[1], { ip, deviceId: null })));
      process.stdout.write(results.map(({ status }) => status).sort().join(), () => process.exit());`;
    const options = ["--import", "tsx", "--import", "./tests/support/bare.mjs", "--input-type=module", "-e", script, account];
    const { stdout } = await promisify(execFile)(process.execPath, options, { env: process.env });
    expect(stdout).toBe("fulfilled,rejected,rejected");
    await expect(admitGuess(account, anyIp())).rejects.toMatchObject(refusal);
  });

  test("the right answer was no guess", async () => {
    const account = `${randomUUID()}@example.org`;
    for (let round = 0; round < 30; round++) await (await admitGuess(account, anyIp())).right();
  });

  test("the owner on a known device is not locked out by somebody else's guesses, nor by their neighbours", async () => {
    const owner = await person();
    const deviceId = randomUUID();
    const expiresAt = new Date(Date.now() + 60_000);
    await db().session.create({ data: { userId: owner.id, method: "credentials", deviceId, expiresAt } });
    const shared = visitor("203.0.113.7");
    await guessesUntilRefused(owner.email, () => shared);
    for (let round = 0; round < 100 * env().RATE_LIMIT_FACTOR; round++)
      await admitGuess(`${randomUUID()}@example.org`, shared).catch(() => undefined);
    await expect(admitGuess(owner.email, visitor("203.0.113.7", deviceId))).resolves.toBeDefined();
    await expect(admitGuess(owner.email, visitor("203.0.113.7", randomUUID()))).rejects.toMatchObject(refusal);
  });

  test("a known device has a limit of its own", async () => {
    const owner = await person();
    const deviceId = randomUUID();
    await db().session.create({ data: { userId: owner.id, method: "credentials", deviceId, expiresAt: new Date(Date.now() + 60_000) } });
    expect(await guessesUntilRefused(owner.email, () => visitor("203.0.113.9", deviceId))).toBe(10);
  });

  test("they are kept in the database, without anybody's address in them", async () => {
    const account = `${randomUUID()}@example.org`;
    await admitGuess(account, anyIp());
    const rows = await db().rateLimit.findMany();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows.map(({ key }) => key))).not.toContain("@");
  });
});

describe("addresses", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s counts as %s", (ip, key) => expect(addressKey(ip)).toBe(key));
});

describe("a flood of requests", () => {
  const key = randomUUID();
  beforeAll(async () => {
    for (let count = 0; count < 60 * env().RATE_LIMIT_FACTOR; count++) await assertRate("credentials", key);
  });
  test("is refused above its class's limit", () => expect(assertRate("credentials", key)).rejects.toMatchObject(refusal));
  test("takes nothing from anybody else", () => expect(assertRate("credentials", randomUUID())).resolves.toBeUndefined());
  test("takes nothing from other classes", () => expect(assertRate("read", key)).resolves.toBeUndefined());
  test("lets lists show more small pictures than there is anything else to read", async () => {
    await Promise.all(Array.from({ length: 601 * env().RATE_LIMIT_FACTOR }, () => assertRate("preview", key)));
    await assertRate("read", key);
  });
});
