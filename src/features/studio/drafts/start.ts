import "server-only";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import type { Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { nameOf } from "../inputs/names";
import { type Place, type Purpose, startJob } from "../jobs/start";

/** More than the longest answer of a model takes, in any script. */
const MAX_DRAFT_BYTES = 500_000;

/** Whether a model can be asked for a text. By the key alone: a backend of one's own makes documents and is asked for no words. */
export function draftsAreOffered(): boolean {
  return Boolean(env().GEMINI_API_KEY);
}

/** The place of a draft: a Markdown file like those of the exports. Throws "conflict" with the reason no_drafts where nobody writes any. */
export function placeOfDraft(kind: "BOOK" | "BLOG", prompt: string): Place {
  if (!draftsAreOffered()) throw new AppError("conflict", "no_drafts");
  return { name: nameOf(prompt, 0, "md", "draft"), contentType: "text/markdown", kind, maxBytes: MAX_DRAFT_BYTES };
}

/** Begins a draft, in a transaction of `changeWithRoom` that took the place's room. It is its author's alone, whoever reads the book. */
export function startDraft(
  tx: Transaction,
  record: Recorder,
  entry: Entry,
  { kind, purpose, place, prompt }: { kind: "BOOK" | "BLOG"; purpose: Purpose; place: Place; prompt: string },
): Promise<{ id: string }> {
  const params = { draft: prompt };
  return startJob(tx, record, entry, { kind, purpose, places: [place], generator: "GEMINI", organizationId: null, params });
}
