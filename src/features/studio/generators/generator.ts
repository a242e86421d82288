import type { JobKind } from "@/lib/db";
import type { Attempt } from "../jobs/transition";

/** An attempt that is under way, and the places its results belong to that are still empty. */
export interface Work extends Attempt {
  kind: JobKind;
  ownerId: string;
  externalId: string | null;
  params: unknown;
  deadlineAt: Date;
  imageGenerationId: string | null;
  videoGenerationId: string | null;
  bookId: string | null;
  blogPostId: string | null;
  places: { index: number; uploadKey: string; contentType: string; maxBytes: number }[];
}

/**
 * Whoever does the work. `step` does the next bit of it and may be run again after a crash, so it looks first what is there
 * already: it says "done" once every place is filled and taken (takeResult), how many seconds later it wants to go on, or
 * "elsewhere" when a webhook will tell. What it throws as GenerationFailed ends the attempt; anything else is tried again.
 */
export interface Generator {
  step(work: Work, signal: AbortSignal): Promise<"done" | "elsewhere" | { againInSeconds: number }>;
  /** Tells whoever works elsewhere that nobody waits any more; best effort. */
  cancel?(attempt: Attempt & Pick<Work, "externalId">): Promise<void>;
}
