import "server-only";
import { AppError } from "@/lib/errors";

/**
 * Whether a save says what was written already: its answer was lost, and it is sent again. `written` is what came of writing it over
 * the text as it was read, `countSame` counts the texts that say the same now. Throws "conflict" with the reason changed_meanwhile
 * for one that somebody has changed otherwise since then.
 */
export async function isSentAgain(written: Promise<{ count: number }>, countSame: () => Promise<number>): Promise<boolean> {
  if ((await written).count > 0) return false;
  if ((await countSame()) === 0) throw new AppError("conflict", "changed_meanwhile");
  return true;
}
