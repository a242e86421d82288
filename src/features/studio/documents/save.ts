import "server-only";
import { isDeepStrictEqual } from "node:util";
import { AppError } from "@/lib/errors";

/**
 * Whether a save says what was written already: its answer was lost, and it is sent again. `written` is what came of writing `sent`
 * over the text as it was read, `readWhole` reads all of what is written in such a text now. Throws "conflict" with the reason
 * changed_meanwhile for one that somebody has changed since then, which of a part that says the same nobody knows: what is not sent
 * may be somebody else's.
 */
export async function isSentAgain<Whole extends object>(
  written: Promise<{ count: number }>,
  sent: Partial<Whole>,
  readWhole: () => Promise<Whole | null>,
): Promise<boolean> {
  if ((await written).count > 0) return false;
  if (!isDeepStrictEqual(await readWhole(), sent)) throw new AppError("conflict", "changed_meanwhile");
  return true;
}
