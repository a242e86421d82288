import { startFreshness } from "@/access/freshness";
import { sweepFiles } from "@/features/files/leftovers";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { storage } from "@/storage";

const SWEEP_AFTER_MS = 10_000;
const SWEEP_EVERY_MS = 300_000;

/** Refuses to serve with a wrong environment, and starts what runs beside the requests. */
export async function startUp(): Promise<void> {
  env();
  storage();
  startFreshness();
  sweepIn(SWEEP_AFTER_MS);
}

/** One sweep at a time: a slow store must not see them pile up. */
function sweepIn(ms: number): void {
  const sweep = () =>
    sweepFiles()
      .catch((error) => log().warn({ err: error }, "sweep of files"))
      .finally(() => sweepIn(SWEEP_EVERY_MS));
  setTimeout(() => void sweep(), ms).unref();
}
