import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { JOB_STATE } from "../jobs/queries";
import { DRAFTS, promptOf } from "./asked";
import { SHOWN_DRAFTS } from "./schema";

/** One's own latest drafts for a book or a post, newest first: under way, gone wrong, or there with their file. */
export async function listDrafts(entry: Entry, of: { bookId: string } | { blogPostId: string }) {
  // Of one whose file was deleted at /files nothing is left.
  const there = { OR: [{ status: { not: "COMPLETED" as const } }, { files: { some: { status: "READY" as const } } }] };
  const rows = await db().job.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("Job"), { ownerId: entry.actor.userId }, of, DRAFTS, there] },
    select: {
      ...JOB_STATE,
      params: true,
      createdAt: true,
      files: {
        where: { AND: [accessibleBy(entry.ability, "download").ofType("File"), { status: "READY" }] },
        select: { provider: true, key: true, sizeBytes: true },
      },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: SHOWN_DRAFTS,
  });
  return rows.map(({ params, createdAt, files, ...job }) => ({ job, prompt: promptOf(params) ?? "", createdAt, file: files[0] ?? null }));
}

export type Draft = Awaited<ReturnType<typeof listDrafts>>[number];
