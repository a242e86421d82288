import { isDatabaseDown } from "./db";
import { RETRY_AFTER_SECONDS } from "./errors";

/** Seconds after which a page that failed for an outage is worth asking for again; undefined for any other failure. */
export function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  // By name: the bundle that throws an AppError has another class of it than the one that reads it here.
  const isUnavailable =
    error.name === "StorageUnavailable" || (error.name === "AppError" && "code" in error && error.code === "unavailable");
  return isUnavailable || isDatabaseDown(error) ? RETRY_AFTER_SECONDS : undefined;
}
