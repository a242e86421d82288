import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import pg from "pg";
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  type RateLimiterRes,
  type RateLimiterStoreAbstract,
} from "rate-limiter-flexible";
import { db } from "@/lib/db";
import { within } from "@/lib/deadline";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/** How often something may be asked for, by the class a door declares. */
export type RateClass = "read" | "preview" | "write" | "upload" | "webhook" | "credentials" | "signup";

interface Limit {
  points: number;
  seconds: number;
}

/**
 * What a door's class allows to one person, or to one address where nobody is signed in. Kept in this process: it is there
 * against floods, and a query for each request would cost more than the request.
 */
const LIMITS: Record<RateClass, Limit> = {
  read: { points: 600, seconds: 60 },
  // A page of a list asks for fifty of them or a hundred: what else is read is not kept waiting by it.
  preview: { points: 3_000, seconds: 60 },
  write: { points: 120, seconds: 60 },
  upload: { points: 240, seconds: 60 },
  // A generator has one address for everybody's jobs, and says how far each of them is.
  webhook: { points: 1_200, seconds: 60 },
  credentials: { points: 60, seconds: 60 },
  signup: { points: 30, seconds: 60 },
};

/** Guesses at secrets. Kept in PostgreSQL, or in Redis where REDIS_URL names one: they survive a restart and count across processes (ASVS 6.3.1). */
const GUESSES = {
  /** At one account, from devices that never signed in to it. */
  account: { points: 10, seconds: 15 * 60 },
  /** At one account from one device of its owner: nobody else's guesses count here, so nobody locks the owner out. */
  device: { points: 10, seconds: 15 * 60 },
  /** At all accounts from one address (/64 for IPv6). */
  address: { points: 100, seconds: 15 * 60 },
} satisfies Record<string, Limit>;

const FIRST_ANSWER_MS = 1_000;

/** A guess that was let through; `right` gives back what it took, because the right answer was no guess. */
export interface Guess {
  right(): Promise<void>;
}

/** Throws AppError "rate_limited" when `key` has asked for more of this class than it may in this process. */
export async function assertRate(rate: RateClass, key: string): Promise<void> {
  await consume(memoryLimiter(rate), key);
}

/**
 * Lets one guess at the secret of `account` (its address, whether or not it exists) through, or throws AppError
 * "rate_limited" with the seconds to wait, before anything expensive is done. Many at once are counted before any is answered.
 */
export async function admitGuess(account: string, { ip, deviceId }: { ip: string | null; deviceId: string | null }): Promise<Guess> {
  const who = digest(account);
  const known = deviceId !== null && (await isKnownDevice(account, deviceId));
  const limiters = await guesses();
  const taken: [RateLimiterStoreAbstract, string][] = [known ? [limiters.device, `${who}:${deviceId}`] : [limiters.account, who]];
  // A known device is not stopped by what its neighbours behind one address do.
  if (!known && ip) taken.push([limiters.address, addressKey(ip)]);
  for (const [limiter, key] of taken) await consume(limiter, key);
  return {
    right: async () => {
      for (const [limiter, key] of taken) await limiter.reward(key, 1).catch(() => undefined);
    },
  };
}

/** An IPv4 address as it is, an IPv6 one as its /64: a household has one, and whoever has one has 2^64 of the longer. */
export function addressKey(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const [head = "", tail] = ip.toLowerCase().split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail?.split(":").filter(Boolean) ?? [];
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/** Whether somebody has signed in to this account from this browser before. */
async function isKnownDevice(email: string, deviceId: string): Promise<boolean> {
  return (await db().session.count({ where: { deviceId, user: { email } }, take: 1 })) > 0;
}

async function consume(limiter: RateLimiterStoreAbstract | RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (thrown) {
    if (isRefusal(thrown)) {
      const seconds = Math.max(1, Math.ceil(thrown.msBeforeNext / 1000));
      throw new AppError("rate_limited", "rate_limited", { retryAfter: seconds, params: { minutes: Math.ceil(seconds / 60) } });
    }
    log().warn({ err: thrown }, "limits");
  }
}

/** By its shape: the limiters are one set a process, and a bundle that did not make them has another class of the same name. */
function isRefusal(thrown: unknown): thrown is Pick<RateLimiterRes, "msBeforeNext"> {
  return typeof thrown === "object" && thrown !== null && "msBeforeNext" in thrown && typeof thrown.msBeforeNext === "number";
}

interface Limiters {
  memory: Map<RateClass, RateLimiterMemory>;
  guesses: Promise<Record<keyof typeof GUESSES, RateLimiterStoreAbstract>> | null;
}

function limiters(): Limiters {
  return perProcess<Limiters>("foyerLimiters", () => ({ memory: new Map(), guesses: null }));
}

function memoryLimiter(rate: RateClass): RateLimiterMemory {
  const { memory } = limiters();
  const known =
    memory.get(rate) ?? new RateLimiterMemory({ points: LIMITS[rate].points * env().RATE_LIMIT_FACTOR, duration: LIMITS[rate].seconds });
  memory.set(rate, known);
  return known;
}

function guesses() {
  const own = limiters();
  if (!own.guesses) {
    own.guesses = openGuesses();
    // What failed to open once is tried again by the next guess.
    own.guesses.catch(() => {
      own.guesses = null;
    });
  }
  return own.guesses;
}

async function openGuesses() {
  const pool = new pg.Pool({ connectionString: env().DATABASE_URL, max: 2, connectionTimeoutMillis: 3_000, query_timeout: 3_000 });
  pool.on("error", (error) => log().debug({ err: error }, "limits: connection"));
  const redis = await openRedis();
  const limiter = (keyPrefix: keyof typeof GUESSES): RateLimiterStoreAbstract => {
    const { points: base, seconds: duration } = GUESSES[keyPrefix];
    const points = keyPrefix === "address" ? base * env().RATE_LIMIT_FACTOR : base;
    // While the database is away nothing can be guessed right either; each process then counts for itself.
    const insuranceLimiter = new RateLimiterMemory({ keyPrefix, points, duration });
    const table = { storeClient: pool, tableName: "RateLimit", tableCreated: true };
    const inDatabase = new RateLimiterPostgres({ ...table, keyPrefix, points, duration, insuranceLimiter });
    if (!redis) return inDatabase;
    return new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `foyer:${keyPrefix}`,
      points,
      duration,
      rejectIfRedisNotReady: true,
      insuranceLimiter: inDatabase,
    });
  };
  return { account: limiter("account"), device: limiter("device"), address: limiter("address") };
}

/** Hardly a reason to wait: a command that cannot be sent now fails now, one that is not answered after a second, and the database counts. */
async function openRedis() {
  const { REDIS_URL } = env();
  if (!REDIS_URL) return null;
  const { Redis } = await import("ioredis");
  const redis = new Redis(REDIS_URL, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 1_000, connectTimeout: 3_000 });
  redis.on("error", (error) => log().debug({ err: error }, "limits: Redis"));
  // So that the first guess is counted there too; one that accepts the connection and says nothing is not waited for.
  await within(FIRST_ANSWER_MS, new Promise((done) => redis.once("ready", done).once("error", done))).catch(() => undefined);
  return redis;
}

/** Addresses are not kept where they need not be. */
function digest(account: string): string {
  return createHash("sha256").update(account).digest("base64url");
}
