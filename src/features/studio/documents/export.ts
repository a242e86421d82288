import "server-only";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { lockRoom } from "@/access/room";
import { accessibleBy } from "@/access/rules";
import type { DocumentFormat, FileKind, JobKind, Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { generatorOf } from "../generators/registry";
import { type Place, type Purpose, startJob } from "../jobs/start";
import { lockJobs } from "../jobs/transition";
import { FORMATS } from "./manuscript";
import { MAX_DOCUMENT_LENGTH } from "./schema";

/** Fonts and frame; then what a character takes at most, written and marked up. */
const BASE_BYTES = 1_000_000;
const BYTES_PER_CHARACTER = 8;

/** The place of one document, with as much room as a text of this length may take. Throws "too_large" beyond what is made. */
export function placeOf(kind: FileKind, format: DocumentFormat, title: string, length: number): Place {
  if (length > MAX_DOCUMENT_LENGTH) throw new AppError("too_large", "document_too_long", { params: { max: MAX_DOCUMENT_LENGTH } });
  const { contentType, extension } = FORMATS[format];
  const stem = title.replace(/[/\\:*?"<>|]/g, "-").replace(/^[.\s]+|[.\s]+$/g, "") || "document";
  return { name: `${stem}.${extension}`, contentType, kind, maxBytes: BASE_BYTES + BYTES_PER_CHARACTER * length };
}

/** Begins the making of one document, in a transaction of `changeWithRoom` that took the place's room. */
export function startExport(
  tx: Transaction,
  record: Recorder,
  entry: Entry,
  { kind, ...order }: { kind: JobKind; purpose: Purpose; place: Place; organizationId: string | null; format: DocumentFormat },
): Promise<{ id: string }> {
  const { place, format, purpose, organizationId } = order;
  return startJob(tx, record, entry, { kind, purpose, places: [place], generator: generatorOf(kind), organizationId, params: { format } });
}

/**
 * Before a book or a post is deleted, and before it is locked: its jobs, which go with it; its author's turn first, so that none
 * begins meanwhile. Throws "not_found" unless they may delete it: nobody else's turn is taken.
 */
export async function lockJobsOf(tx: Transaction, { ability }: Entry, of: { bookId: string } | { blogPostId: string }): Promise<void> {
  const row =
    "bookId" in of
      ? await tx.book.findFirst({
          where: { AND: [accessibleBy(ability, "delete").ofType("Book"), { id: of.bookId }] },
          select: { authorId: true },
        })
      : await tx.blogPost.findFirst({
          where: { AND: [accessibleBy(ability, "delete").ofType("BlogPost"), { id: of.blogPostId }] },
          select: { authorId: true },
        });
  if (!row) throw new AppError("not_found");
  await lockRoom(tx, row.authorId);
  await lockJobs(tx, of);
}

/** Before a row goes: what its jobs still wait for comes no more, and its room is given back. */
export async function giveBackPlacesOf(tx: Transaction, of: { bookId: string } | { blogPostId: string }): Promise<void> {
  await tx.file.updateMany({ where: { status: "PENDING", job: of }, data: { status: "DELETING" } });
}
