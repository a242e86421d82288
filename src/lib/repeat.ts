import { log } from "./log";

/**
 * Does these works side by side, again and again while the process lives, no round beside another: the next one begins so long
 * after the last of them has ended. What one throws is logged by its name, and keeps no other from being done.
 */
export function repeat(works: Record<string, () => Promise<unknown>>, afterMs: number, everyMs: number): void {
  const round = async () => {
    await Promise.all(Object.entries(works).map(([name, work]) => tried(name, work)));
    repeat(works, everyMs, everyMs);
  };
  setTimeout(() => void round(), afterMs).unref();
}

async function tried(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log().warn({ err: error }, name);
  }
}
