import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { SHOWN_RESULT, withPreview } from "../gallery/results";
import { JOB_STATE } from "../jobs/queries";
import { VIDEOS_PAGE_SIZE } from "./schema";

const SHOWN = {
  id: true,
  prompt: true,
  numberOfVideos: true,
  aspectRatio: true,
  durationSeconds: true,
  message: true,
  model: true,
  createdAt: true,
  organizationId: true,
  job: { select: JOB_STATE },
  videos: {
    where: { file: { status: "READY" } },
    select: { ...SHOWN_RESULT, durationSeconds: true },
    orderBy: { createdAt: "asc" },
  },
} as const;

/** A page of what one has asked for, newest first, with its job and the films that are there, and the cursor of the next. */
export async function listVideos(entry: Entry, cursor?: Cursor) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const rows = await db().videoGeneration.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("VideoGeneration"), { authorId: entry.actor.userId }, from] },
    select: SHOWN,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: VIDEOS_PAGE_SIZE + 1,
  });
  const { rows: shown, next } = page(rows, VIDEOS_PAGE_SIZE, (row) => row.createdAt);
  return { generations: shown.map(({ videos, ...row }) => ({ ...row, videos: videos.map(withPreview) })), next };
}
