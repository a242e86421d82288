import { randomUUID } from "node:crypto";
import bcrypt from "bcryptjs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { currentVisitor } from "@/access/entry";
import { rememberAddress } from "@/access/identity/pending-address";
import { askMagicLink } from "@/features/recovery/actions";
import type { Prisma } from "@/generated/prisma/client";
import { db } from "@/lib/db";
import authConfig from "../auth.config";
import { PlainBrowser } from "./support/forms";
import { PASSWORD } from "./support/people";
import { asVisitor, browser } from "./support/request";
import { type Server, startServer } from "./support/server";

/*
 * What an address is must not be read off an answer: not off its bytes, and not off the time it takes (ASVS 6.3.8). The doors
 * that take an address are asked about each kind of it, in turn and in an order that changes with each round. This is the one
 * test that looks at times, and it compares them only with each other.
 */

const SAMPLES = 200;
const STATES = ["unknown", "known", "unverified", "oauth", "banned"] as const;
type State = (typeof STATES)[number];

/**
 * Of two samples of the same times, the share of pairs in which one is the slower is a half, with a deviation of
 * sqrt((2n + 1) / 12n²) (Mann and Whitney, 1947): 0.029 for 200. Four and a half of them by chance: one in 150,000.
 */
const MOST_APART = 4.5 * Math.sqrt((2 * SAMPLES + 1) / (12 * SAMPLES ** 2));
/** Medians may differ by this much of themselves. */
const MOST_BESIDE = 0.1;
/** A machine that does something else meanwhile is not the same twice; a difference in the code is. */
const TAKES = 3;

const GITHUB = { type: "oauth", provider: "github" };

/** Nothing in it is in a dictionary, which makes the estimate of its strength a short one. */
const QUICK = "gqzvtrwkxmplhd";

interface Sample {
  answer: string;
  ms: number;
}
/** What is done before the time is taken, and what is timed. */
type Door = (email: string) => Promise<() => Promise<Response>>;

let site: Server;
let addresses: Record<Exclude<State, "unknown">, string[]>;
/** All of one length: the answers repeat them. */
const address = () => `${randomUUID()}@example.org`;
/** Unknown is a new one each time: what was registered once is known. */
const addressOf = (state: State, index: number) => (state === "unknown" ? address() : (addresses[state][index] ?? ""));

beforeAll(async () => {
  const { DATABASE_URL = "", AUTH_SECRET = "" } = process.env;
  // What a hash costs would be missed if it were left out; those of the people below are of a time when it was less.
  site = await startServer({ env: { DATABASE_URL, AUTH_SECRET, RATE_LIMIT_FACTOR: "1000", BCRYPT_COST: "6" } });
  addresses = {
    known: await people({}),
    unverified: await people({ emailVerified: null }),
    oauth: await people({}, { password: false }),
    banned: await people({ bannedAt: new Date(), banReason: "x" }),
  };
}, 240_000);
afterAll(() => site.stop());

describe("an answer tells nothing of an address", () => {
  test("sign-in with a wrong password", { timeout: 300_000 }, () =>
    alike(async () => {
      const form = await new PlainBrowser(site.url).form("/login", ["email", "password"]);
      return (how) => async (email) => () => form[how]({ email, password: "not-the-one-at-all" });
    }),
  );

  test("registration", { timeout: 300_000 }, () =>
    alike(async () => {
      const form = await new PlainBrowser(site.url).form("/register", ["email", "password"]);
      return (how) => async (email) => () => form[how]({ email, password: QUICK });
      // It leads on to another page, which the answer to React has in it: the same for everybody, and half of the time.
    }, "send"),
  );

  test("a forgotten password", { timeout: 300_000 }, () =>
    alike(async () => {
      const form = await new PlainBrowser(site.url).form("/forgot-password", ["email"]);
      return (how) => async (email) => () => form[how]({ email });
    }),
  );

  test("another confirmation mail", { timeout: 300_000 }, () =>
    alike(async () => {
      const window = new PlainBrowser(site.url);
      window.cookies.set(...(await waitingCookie("somebody@example.org")));
      const form = await window.form("/verify-email", []);
      return (how) => async (email) => {
        window.cookies.clear();
        window.cookies.set(...(await waitingCookie(email)));
        return () => form[how]({});
      };
    }),
  );

  test("a link that signs in", { timeout: 300_000 }, async () => {
    // No build offers it unless auth.config.ts says so: asked for in this process.
    const providers = authConfig.providers as unknown[];
    providers.push({ id: "email", name: "Email", type: "email" });
    const ask: Door = async (email) => async () =>
      Response.json(await asVisitor(someAddress(), () => askMagicLink({ email, callbackUrl: "/files" })));
    try {
      await alike(async () => () => ask);
    } finally {
      providers.pop();
    }
  });
});

/** As many people as there are samples, written at once: their addresses. Who has no password came by a provider. */
async function people(given: Partial<Prisma.UserCreateManyInput>, { password } = { password: true }): Promise<string[]> {
  const profile = { name: "Ada Okafor", city: "Lyon", interests: ["choir"], bio: "Since the spring.", profileComplete: true };
  const all = Array.from({ length: SAMPLES }, () => ({ id: randomUUID(), email: address(), emailVerified: new Date() }));
  await db().user.createMany({ data: all.map((one) => ({ ...profile, ...one, ...given })) });
  const hash = await bcrypt.hash(PASSWORD, 4);
  if (password) await db().password.createMany({ data: all.map(({ id }) => ({ userId: id, hash })) });
  else await db().account.createMany({ data: all.map(({ id }) => ({ ...GITHUB, userId: id, providerAccountId: id })) });
  return all.map(({ email }) => email);
}

/** Fails when the answers of two states differ in a byte that is not by chance, or in time, take after take. */
async function alike(open: () => Promise<(how: "send" | "call") => Door>, timed: "send" | "call" = "call"): Promise<void> {
  const door = await open();
  for (const how of ["send", "call"] as const) {
    const samples = noSamples();
    await collect(samples, door(how), STATES, 4);
    sameBytes(samples);
  }
  let asked: readonly State[] = STATES;
  let complaints: string[] = [];
  for (let take = 0; take < TAKES; take++) {
    const found = await differences(door(timed), asked);
    complaints = take === 0 ? found : complaints.filter((one) => found.includes(one));
    if (complaints.length === 0) return;
    // Those that were like the unknown once are not asked again.
    asked = STATES.filter((state) => state === "unknown" || complaints.some((one) => one.startsWith(`${state} is`)));
  }
  expect(complaints).toEqual([]);
}

async function differences(door: Door, asked: readonly State[]): Promise<string[]> {
  const samples = noSamples();
  await collect(samples, door, asked, SAMPLES);
  sameBytes(samples);
  return asked.filter((state) => state !== "unknown").flatMap((state) => difference(state, samples));
}

function sameBytes(samples: Record<State, Sample[]>): void {
  const [first = "", ...others] = [...new Set(STATES.flatMap((state) => samples[state].map(({ answer }) => answer)))];
  for (const other of others) expect(other).toBe(first);
}

const noSamples = (): Record<State, Sample[]> => ({ unknown: [], known: [], unverified: [], oauth: [], banned: [] });

/** Adds samples of each state until there are as many. */
async function collect(samples: Record<State, Sample[]>, door: Door, asked: readonly State[], count: number): Promise<void> {
  for (let index = samples.unknown.length; index < count; index++)
    for (const state of shuffled(asked)) samples[state].push(await sample(door, addressOf(state, index)));
}

async function sample(door: Door, email: string): Promise<Sample> {
  const ask = await door(email);
  const began = performance.now();
  const response = await ask();
  const text = await response.text();
  const ms = performance.now() - began;
  const headers = [...response.headers].map(([name, value]) => `${name}: ${name === "date" ? "" : value}`).sort();
  return { answer: withoutChance(`${response.status}\n${headers.join("\n")}\n\n${text}`, email), ms };
}

/** What is drawn anew for each answer, and the address itself. */
function withoutChance(answer: string, email: string): string {
  return (
    answer
      .replaceAll(email, "ADDRESS")
      .replaceAll(encodeURIComponent(email), "ADDRESS")
      .replace(/nonce(-|=\\?"|\\?":\\?")[\w+/=-]+/g, "nonce$1")
      .replace(/expires=[^;]*/gi, "")
      .replace(/(challenge\\?":\\?")[\w.-]+/g, "$1")
      // Next's key of one rendering.
      .replace(/"[\w-]{21}([vm]\\?")/g, '"$1')
      .replace(/(set-cookie: [\w-]+=)([^;]*)/g, (_, name: string, value: string) => `${name}${"x".repeat(value.length)}`)
  );
}

/** The kinds of difference, as words that are the same in each take. */
function difference(state: State, samples: Record<State, Sample[]>): string[] {
  const [these, those] = [samples[state], samples.unknown].map((list) => list.map(({ ms }) => ms));
  if (!these || !those) return [];
  const apart = shareSlower(these, those) - 0.5;
  const beside = median(these) / median(those) - 1;
  const word = (amount: number) => (amount > 0 ? "slower" : "faster");
  return [
    ...(Math.abs(apart) > MOST_APART ? [`${state} is ${word(apart)} than unknown, by rank`] : []),
    ...(Math.abs(beside) > MOST_BESIDE ? [`${state} is ${word(beside)} than unknown, by median`] : []),
  ];
}

/** Of all pairs, the share in which the first is the slower: Mann and Whitney's U over n². */
function shareSlower(these: number[], those: number[]): number {
  let slower = 0;
  for (const one of these) for (const other of those) slower += one > other ? 1 : one === other ? 0.5 : 0;
  return slower / (these.length * those.length);
}

function median(list: number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, by: Math.random() }))
    .sort((a, b) => a.by - b.by)
    .map(({ item }) => item);
}

/** A flood from one address would be stopped. */
function someAddress() {
  const part = () => Math.floor(Math.random() * 250);
  return { headers: { "x-forwarded-for": `198.51.${part()}.${part()}` } };
}

/** The cookie of a browser that has been waiting for its mail for an hour. */
async function waitingCookie(email: string): Promise<[string, string]> {
  const window = browser();
  vi.useFakeTimers({ now: Date.now() - 3_600_000, toFake: ["Date"] });
  try {
    await window.run(async () => rememberAddress(email, "/", 1, await currentVisitor()));
  } finally {
    vi.useRealTimers();
  }
  const [cookie] = window.cookies;
  if (!cookie) throw new Error("no cookie was written");
  return cookie;
}
