import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { isBreached } from "./breached-passwords";
import { env } from "./env";
import { AppError } from "./errors";
import { perProcess } from "./per-process";

/** bcrypt reads no further than this; more would be cut without a word. */
export const MAX_PASSWORD_BYTES = 72;
const MIN_SCORE = 3;
/** Whoever would wait longer is told so at once. */
const MAX_WAIT_MS = 2_500;
/** Beyond these nothing gets weaker, and estimating gets slow. */
const ESTIMATED_CHARS = 40;
const IDLE_MS = 60_000;

/** A hash of nothing anybody knows, at each cost: an unknown address costs as much as a known one. */
const decoys = new Map<number, Promise<string>>();

/** A bcrypt hash of the normalised password at the configured cost, computed off the main thread. */
export async function hashPassword(password: string): Promise<string> {
  return run<string>({ kind: "hash", password: normalise(password), cost: env().BCRYPT_COST });
}

/**
 * Whether `password` belongs to `hash`. Without a hash the same work is done and the answer is false, so that the time
 * tells nothing (ASVS 6.3.8); nor does the age of a hash, whose lower cost is made up for. Throws "unavailable" when so many
 * wait already that this one would wait for seconds.
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const cost = env().BCRYPT_COST;
  const normalised = normalise(password);
  const tooLong = Buffer.byteLength(normalised) > MAX_PASSWORD_BYTES;
  const against = hash && !tooLong ? hash : await decoy(cost);
  // A cost of c is 2^c rounds: one more of each cost from c up to the configured one makes them as many.
  const rest: string[] = [];
  for (let made = costOf(against); made < cost; made++) rest.push(await decoy(made));
  const matches = await run<boolean>({ kind: "compare", password: tooLong ? "" : normalised, hash: against, rest });
  return matches && against === hash;
}

/** Whether a hash was made at a lower cost than the configured one, and should be made anew at the next sign-in. */
export function needsRehash(hash: string): boolean {
  return costOf(hash) < env().BCRYPT_COST;
}

/**
 * Refuses a password that is too short, too long for bcrypt (never cut), easy to guess or, with HIBP_ENABLED, stolen before, with the reason; `personal`
 * is what an attacker would try first: the person's own name and address. NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2.
 */
export async function assertAcceptablePassword(password: string, personal: string[], field = "password"): Promise<void> {
  const normalised = normalise(password);
  const min = env().PASSWORD_MIN_LENGTH;
  if ([...normalised].length < min) throw refused(field, "password_short", { min });
  if (Buffer.byteLength(normalised) > MAX_PASSWORD_BYTES) throw refused(field, "password_long", { max: MAX_PASSWORD_BYTES });
  const inputs = ["foyer", ...personal.flatMap(spellings)].filter((value) => value.length > 2).slice(0, 24);
  const { score, warning } = await run<{ score: number; warning: string | null }>({
    kind: "strength",
    password: [...normalised].slice(0, ESTIMATED_CHARS).join(""),
    inputs,
  });
  if (score < MIN_SCORE) throw refused(field, WARNINGS.has(warning ?? "") ? `password_${warning}` : "password_weak");
  if (await isBreached(normalised)) throw refused(field, "password_breached");
}

/** A name or an address as people make a password of it: whole, before its "@", each without its marks, and its parts. As src/ui/password-estimator.ts does. */
function spellings(value: string): string[] {
  const [local = ""] = value.split("@");
  const parts = value.split(MARKS);
  return [value, local, parts.join(""), local.split(MARKS).join(""), ...parts];
}
const MARKS = /[^\p{L}\p{N}]+/u;

/** Every reason the estimator gives; each has its text in every language below `errors.field`. */
const WARNINGS = new Set([
  "straightRow",
  "keyPattern",
  "simpleRepeat",
  "extendedRepeat",
  "sequences",
  "recentYears",
  "dates",
  "topTen",
  "topHundred",
  "common",
  "similarToCommon",
  "wordByItself",
  "namesByThemselves",
  "commonNames",
  "userInputs",
]);

function costOf(hash: string): number {
  return Number(hash.split("$")[2]);
}

function normalise(password: string): string {
  return password.normalize("NFKC");
}

function refused(field: string, reason: string, params: Record<string, number> = {}): AppError {
  return new AppError("invalid", undefined, { fields: { [field]: `field.${reason}` }, params });
}

function decoy(cost: number): Promise<string> {
  let hash = decoys.get(cost);
  if (!hash) {
    hash = run<string>({ kind: "hash", password: crypto.randomUUID(), cost });
    hash.catch(() => decoys.delete(cost));
    decoys.set(cost, hash);
  }
  return hash;
}

type Job =
  | { kind: "hash"; password: string; cost: number }
  | { kind: "compare"; password: string; hash: string; rest: string[] }
  | { kind: "strength"; password: string; inputs: string[] };
interface Waiting {
  job: Job;
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}
interface Seat {
  worker: Worker;
  current: Waiting | null;
  began: number;
  idle: NodeJS.Timeout | undefined;
}
/** Jobs of one sort, and the threads that do them one after the other. */
interface Lane {
  seats: Seat[];
  queue: Waiting[];
  most: number;
  /** What a job of this lane has taken lately, in milliseconds. */
  averageMs: number;
}

type Lanes = Record<"hashing" | "strength", Lane>;

/**
 * A core is left to the requests, and whoever chooses a password never
 * stands in the way of those who sign in: estimating a hostile one takes seconds.
 */
function lanes(): Lanes {
  return perProcess<Lanes>("foyerHashing", () => ({
    hashing: { seats: [], queue: [], most: Math.min(4, Math.max(1, availableParallelism() - 1)), averageMs: 100 },
    strength: { seats: [], queue: [], most: 1, averageMs: 20 },
  }));
}

function run<T>(job: Job): Promise<T> {
  const lane = lanes()[job.kind === "strength" ? "strength" : "hashing"];
  const waitMs = (lane.queue.length * lane.averageMs) / lane.most;
  if (waitMs > MAX_WAIT_MS) return Promise.reject(new AppError("rate_limited", "busy", { retryAfter: Math.ceil(waitMs / 1000) }));
  return new Promise<T>((resolve, reject) => {
    lane.queue.push({ job, resolve, reject });
    dispatch(lane);
  });
}

function dispatch(lane: Lane): void {
  let free = lane.seats.find((seat) => !seat.current);
  if (!free && lane.seats.length < lane.most) {
    free = seat(lane);
    lane.seats.push(free);
  }
  const next = free && lane.queue.shift();
  if (!free || !next) return;
  clearTimeout(free.idle);
  free.current = next;
  free.began = performance.now();
  free.worker.ref();
  free.worker.postMessage(next.job);
  dispatch(lane);
}

function seat(lane: Lane): Seat {
  const made: Seat = { worker: new Worker(new URL("./bcrypt-worker.mjs", import.meta.url)), current: null, began: 0, idle: undefined };
  made.worker.on("message", ({ value, error }: { value: never; error?: string }) => {
    const done = made.current;
    made.current = null;
    made.worker.unref();
    lane.averageMs += (performance.now() - made.began - lane.averageMs) / 8;
    if (error === undefined) done?.resolve(value);
    else done?.reject(new Error(error));
    // The estimator's dictionaries are tens of megabytes: they go when nobody has signed up for a while.
    made.idle = setTimeout(() => {
      // First out of the lane: what is given to a thread that is ending is lost.
      lane.seats = lane.seats.filter((seat) => seat !== made);
      void made.worker.terminate();
    }, IDLE_MS).unref();
    dispatch(lane);
  });
  const gone = (error?: Error) => {
    lane.seats = lane.seats.filter((seat) => seat !== made);
    made.current?.reject(error ?? new Error("the hashing thread ended"));
    made.current = null;
    if (lane.queue.length > 0) dispatch(lane);
  };
  made.worker.on("error", gone);
  made.worker.on("exit", () => gone());
  made.worker.unref();
  return made;
}
