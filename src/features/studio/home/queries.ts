import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { JOB_STATE } from "../jobs/queries";
import { MAX_LIVING_JOBS } from "../jobs/start";
import { LIVING } from "../jobs/transition";

/** One's own jobs that wait or are under way, newest first, with the words they were asked for by. */
export async function listUnderWay(entry: Entry) {
  const own = { ownerId: entry.actor.userId, status: { in: LIVING } };
  const where = { AND: [accessibleBy(entry.ability).ofType("Job"), own] };
  // Mostly there is none, and then nobody has to be asked what it was about: that takes a read of each of four tables.
  if ((await db().job.count({ where })) === 0) return [];
  const rows = await db().job.findMany({
    where,
    select: {
      ...JOB_STATE,
      imageGeneration: { select: { prompt: true } },
      videoGeneration: { select: { prompt: true } },
      book: { select: { title: true } },
      blogPost: { select: { title: true } },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: MAX_LIVING_JOBS,
  });
  return rows.map(({ imageGeneration, videoGeneration, book, blogPost, ...job }) => ({
    job,
    what: (imageGeneration ?? videoGeneration)?.prompt ?? (book ?? blogPost)?.title ?? "",
  }));
}
