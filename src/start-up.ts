import { startFreshness } from "@/access/freshness";
import { sweepFiles } from "@/features/files/changes";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { storage } from "@/storage";

const SWEEP_EVERY_MS = 3_600_000;

/** Refuses to serve with a wrong environment, and starts what runs beside the requests. */
export async function startUp(): Promise<void> {
  env();
  storage();
  startFreshness();
  const sweep = () => void sweepFiles().catch((error) => log().warn({ err: error }, "sweep of files"));
  setTimeout(sweep, 10_000).unref();
  setInterval(sweep, SWEEP_EVERY_MS).unref();
}
