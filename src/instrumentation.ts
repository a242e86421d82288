/** Start-up of a serving process: the environment is checked, the store and the database link come up, leftovers go. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startUp } = await import("./start-up");
  await startUp();
}

/** What Next caught: the bugs of pages and handlers, with the digest a person was shown. */
export async function onRequestError(error: unknown, request: { path: string; method: string }): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { log } = await import("./lib/log");
  const digest = typeof error === "object" && error !== null && "digest" in error ? error.digest : undefined;
  log().error({ err: error, digest, method: request.method, path: request.path.split("?")[0] }, "request failed");
}
