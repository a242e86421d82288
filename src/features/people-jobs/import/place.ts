import type { Outcome } from "./batch";
import type { Batch } from "./batches";
import { type ImportPlace, SHOWN_PEOPLE } from "./schema";
import { shownOf } from "./shown";

/** How far an import is after a batch, and what it found so far. */
export function placeAfter(
  place: ImportPlace,
  batch: Batch,
  outcome: Outcome,
  { dryRun, percent }: { dryRun: boolean; percent: number },
): ImportPlace {
  const room = dryRun ? SHOWN_PEOPLE - place.shown.length : 0;
  return {
    rows: batch.upTo,
    percent,
    created: place.created + outcome.created,
    changed: place.changed + outcome.changed,
    unchanged: place.unchanged + outcome.unchanged,
    shown: [...place.shown, ...outcome.changes.slice(0, room).map(shownOf)],
  };
}
