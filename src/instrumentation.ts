import type { AsyncLocalStorage } from "node:async_hooks";

/** What scripts/serve.mjs keeps of each request under way: set, its 500 is an outage, to be tried again after so many seconds. */
type UnderWay = typeof globalThis & { foyerUnderWay?: AsyncLocalStorage<{ retryAfter?: number }> };

/** Loaded once, at start-up: a failed request is judged before its answer is sent, which leaves no time to load anything. */
let judge: typeof import("./lib/outage") | undefined;

/** Start-up of a serving process: the environment is checked, the store and the database link come up, leftovers go. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  let isStarted = false;
  try {
    const { startUp } = await import("./start-up");
    judge = await import("./lib/outage");
    await startUp();
    isStarted = true;
  } finally {
    // scripts/serve.mjs waits for it.
    Object.assign(globalThis, { foyerStarted: isStarted });
  }
}

/** What Next caught: outages, which are answered 503, and the bugs of pages and handlers, with the digest a person was shown. */
export async function onRequestError(error: unknown, request: { path: string; method: string }): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const retryAfter = judge?.retryAfterOf(error);
  const underWay = (globalThis as UnderWay).foyerUnderWay?.getStore();
  if (retryAfter !== undefined && underWay) underWay.retryAfter = retryAfter;
  const { log } = await import("./lib/log");
  const about = { err: error, method: request.method, path: request.path.split("?")[0] };
  if (retryAfter !== undefined) return log().warn(about, "unavailable");
  const digest = typeof error === "object" && error !== null && "digest" in error ? error.digest : undefined;
  log().error({ ...about, digest }, "request failed");
}
