import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import type { JobKind } from "@/lib/db";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import type { JobState } from "./job-feed";
import { JOBS_PAGE_SIZE } from "./schema";

/** The columns of a JobState, for whoever shows a job beside what it is for. */
export const JOB_STATE = {
  id: true,
  status: true,
  step: true,
  progress: true,
  error: true,
  attempt: true,
} as const satisfies Record<keyof JobState, true>;
const SHOWN = {
  ...JOB_STATE,
  kind: true,
  imageGenerationId: true,
  videoGenerationId: true,
  bookId: true,
  blogPostId: true,
  createdAt: true,
  startedAt: true,
  completedAt: true,
} as const;

/** A page of the person's own jobs, of one kind where it is named, newest first, and the cursor of the next. */
export async function listJobs(
  entry: Entry,
  { cursor, kind }: { cursor?: Cursor | undefined; kind?: JobKind | undefined },
  limit = JOBS_PAGE_SIZE,
) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const own = { ownerId: entry.actor.userId, ...(kind && { kind }) };
  const rows = await db().job.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("Job"), own, from] },
    select: SHOWN,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const { rows: jobs, next } = page(rows, limit, (row) => row.createdAt);
  return { jobs, next };
}

/** One job and where its results are fetched; "not found" for one they may not see. */
export async function getJob(entry: Entry, id: string) {
  const row = await db().job.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("Job"), { id }] },
    select: {
      ...SHOWN,
      files: {
        where: { status: "READY" },
        select: { id: true, name: true, sizeBytes: true, contentType: true, jobIndex: true },
        orderBy: { jobIndex: "asc" },
      },
    },
  });
  if (!row) throw new AppError("not_found");
  const { files, ...job } = row;
  return { ...job, files: files.map(({ sizeBytes, ...file }) => ({ ...file, sizeBytes: Number(sizeBytes) })) };
}
