import type { AsyncLocalStorage } from "node:async_hooks";

/** What scripts/serve.mjs keeps of each request under way. */
type UnderWay = typeof globalThis & { foyerUnderWay?: AsyncLocalStorage<{ cut?: () => void }> };

/**
 * What cuts the connection of the request under way, unless its answer is out: a stream that is only ended waits for its
 * reader. Does nothing where another server than ours serves.
 */
export function cutterOf(): () => void {
  return (globalThis as UnderWay).foyerUnderWay?.getStore()?.cut ?? (() => undefined);
}
