import { AsyncLocalStorage } from "node:async_hooks";
import type { AdapterAccount } from "next-auth/adapters";
import type { Claims } from "@/lib/session-token";
import type { Entry } from "../entry";

/*
 * What Auth.js says nothing of: a sign-in whose session cannot be written would end in silence, a sign-out say that it has worked. Its
 * callbacks note here what became of it, and whoever asked Auth.js reads it.
 */

interface Attempt {
  /** Whether a session began. */
  opened?: boolean;
  /** Why one could not be begun or ended. */
  error?: unknown;
  /** The provider's account that was shown, and who connects it. */
  account?: AdapterAccount;
  connects?: Entry | null;
  /** Of the session in which they go on, once it is connected. */
  connected?: Claims | null;
}

const attempt = new AsyncLocalStorage<Attempt>();

/** Has Auth.js do something, and says what became of the session: `error` in place of the answer that Auth.js makes of it. */
export async function attempted<T>(work: () => Promise<T>): Promise<Attempt & { answer: T | undefined }> {
  const about: Attempt = {};
  const answer = await attempt.run(about, work).catch((error: unknown) => {
    if (!about.error) throw error;
    return undefined;
  });
  return { answer, ...about };
}

/** What is noted of the attempt under way; undefined where Auth.js was asked by nobody who reads it. */
export function currentAttempt(): Readonly<Attempt> | undefined {
  return attempt.getStore();
}

/** Notes something of the attempt under way. Of an `error`, whoever asked for it says so, and writes it into the log. */
export function note(what: Attempt): void {
  Object.assign(attempt.getStore() ?? {}, what);
}

/** Throws what it is given, noted. */
export function fail(error: unknown): never {
  note({ error });
  throw error;
}
