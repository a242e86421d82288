/**
 * The one thing of this name in the process, made by whoever asks first: Next evaluates a module once per bundle (pages, handlers,
 * the proxy), and a variable in it would be there as often. A `make` that throws leaves nothing, and the next one tries again.
 */
export function perProcess<T>(name: `foyer${string}`, make: () => T): T {
  const shared = globalThis as typeof globalThis & Record<string, unknown>;
  shared[name] ??= make();
  // Whoever uses this name uses it for the same thing.
  return shared[name] as T;
}
