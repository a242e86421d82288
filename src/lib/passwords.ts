import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { env } from "./env";
import { AppError } from "./errors";

/** bcrypt reads no further than this; more would be cut without a word. */
export const MAX_PASSWORD_BYTES = 72;
const MIN_SCORE = 3;
const MAX_QUEUE = 64;
const IDLE_MS = 60_000;

/** A hash of nothing anybody knows, at each cost: an unknown address costs as much as a known one. */
const decoys = new Map<number, Promise<string>>();

/** A bcrypt hash of the normalised password at the configured cost, computed off the main thread. */
export async function hashPassword(password: string): Promise<string> {
  return run<string>({ kind: "hash", password: normalise(password), cost: env().BCRYPT_COST });
}

/**
 * Whether `password` belongs to `hash`. Without a hash the same work is done and the answer is false, so that the time
 * tells nothing (ASVS 6.3.8). Throws "unavailable" when so many wait already that this one would wait for seconds.
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const normalised = normalise(password);
  const tooLong = Buffer.byteLength(normalised) > MAX_PASSWORD_BYTES;
  const against = hash && !tooLong ? hash : await decoy(env().BCRYPT_COST);
  const matches = await run<boolean>({ kind: "compare", password: tooLong ? "" : normalised, hash: against });
  return matches && against === hash;
}

/** Whether a hash was made at another cost than the configured one, and should be made anew at the next sign-in. */
export function needsRehash(hash: string): boolean {
  return Number(hash.split("$")[2]) < env().BCRYPT_COST;
}

/**
 * Refuses a password that is too short, too long for bcrypt (never cut), or easy to guess, with the reason; `personal`
 * is what an attacker would try first: the person's own name and address. NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2.
 */
export async function assertAcceptablePassword(password: string, personal: string[], field = "password"): Promise<void> {
  const normalised = normalise(password);
  const min = env().PASSWORD_MIN_LENGTH;
  if ([...normalised].length < min) throw refused(field, "password_short", { min });
  if (Buffer.byteLength(normalised) > MAX_PASSWORD_BYTES) throw refused(field, "password_long", { max: MAX_PASSWORD_BYTES });
  const inputs = ["foyer", ...personal.flatMap((value) => [value, value.split("@")[0] ?? "", ...value.split(/[^\p{L}\p{N}]+/u)])]
    .filter((value) => value.length > 2)
    .slice(0, 20);
  const { score, warning } = await run<{ score: number; warning: string | null }>({ kind: "strength", password: normalised, inputs });
  if (score < MIN_SCORE) throw refused(field, WARNINGS.has(warning ?? "") ? `password_${warning}` : "password_weak");
}

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
  | { kind: "compare"; password: string; hash: string }
  | { kind: "strength"; password: string; inputs: string[] };
interface Waiting {
  job: Job & { id: number };
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}
interface Seat {
  worker: Worker;
  current: Waiting | null;
  idle: NodeJS.Timeout | undefined;
}
interface Pool {
  seats: Seat[];
  queue: Waiting[];
  nextId: number;
}

/** One pool a process, whichever bundle asks first. A core is left to the requests. */
function pool(): Pool {
  const shared = globalThis as typeof globalThis & { foyerHashing?: Pool };
  shared.foyerHashing ??= { seats: [], queue: [], nextId: 1 };
  return shared.foyerHashing;
}

function run<T>(job: Job): Promise<T> {
  const own = pool();
  if (own.queue.length >= MAX_QUEUE) return Promise.reject(new AppError("rate_limited", "busy", { retryAfter: 2 }));
  return new Promise<T>((resolve, reject) => {
    own.queue.push({ job: { ...job, id: own.nextId++ }, resolve, reject });
    dispatch(own);
  });
}

function dispatch(own: Pool): void {
  const seats = Math.min(4, Math.max(1, availableParallelism() - 1));
  let free = own.seats.find((seat) => !seat.current);
  if (!free && own.seats.length < seats) {
    free = seat(own);
    own.seats.push(free);
  }
  const next = free && own.queue.shift();
  if (!free || !next) return;
  clearTimeout(free.idle);
  free.current = next;
  free.worker.ref();
  free.worker.postMessage(next.job);
  dispatch(own);
}

function seat(own: Pool): Seat {
  const made: Seat = { worker: new Worker(new URL("./bcrypt-worker.mjs", import.meta.url)), current: null, idle: undefined };
  made.worker.on("message", ({ value, error }: { value: never; error?: string }) => {
    const done = made.current;
    made.current = null;
    made.worker.unref();
    if (error === undefined) done?.resolve(value);
    else done?.reject(new Error(error));
    // The estimator's dictionaries are tens of megabytes: they go when nobody has signed up for a while.
    made.idle = setTimeout(() => void made.worker.terminate(), IDLE_MS).unref();
    dispatch(own);
  });
  const gone = (error?: Error) => {
    own.seats = own.seats.filter((seat) => seat !== made);
    made.current?.reject(error ?? new Error("the hashing thread ended"));
    made.current = null;
    if (own.queue.length > 0) dispatch(own);
  };
  made.worker.on("error", gone);
  made.worker.on("exit", () => gone());
  made.worker.unref();
  return made;
}
