import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { AUTHOR, SHOWN_RESULT, sharedWith, withAuthor, withPreview } from "../gallery/results";
import { JOB_STATE } from "../jobs/queries";
import { VIDEOS_PAGE_SIZE } from "./schema";

/** What somebody asked for, as every list shows it, and a film that came of it. */
const ASKED = { id: true, prompt: true, aspectRatio: true, durationSeconds: true, createdAt: true } as const;
const RESULT = { ...SHOWN_RESULT, durationSeconds: true } as const;
const SHOWN = {
  ...ASKED,
  numberOfVideos: true,
  message: true,
  model: true,
  organizationId: true,
  job: { select: JOB_STATE },
  videos: {
    where: { file: { status: "READY" } },
    select: RESULT,
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

/**
 * A page of what is shared with an organisation one belongs to, one's own included, newest first, each with whose it is and the
 * films that are shared, and the cursor of the next; nothing of one that one does not belong to.
 */
export async function listSharedVideos(entry: Entry, organizationId: string, cursor?: Cursor) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const { requests, files } = sharedWith(entry, organizationId);
  const rows = await db().videoGeneration.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("VideoGeneration"), { ...requests, videos: { some: files } }, from] },
    select: { ...ASKED, ...AUTHOR, videos: { where: files, select: RESULT, orderBy: { createdAt: "asc" } } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: VIDEOS_PAGE_SIZE + 1,
  });
  const { rows: shown, next } = page(rows, VIDEOS_PAGE_SIZE, (row) => row.createdAt);
  return { generations: shown.map(({ videos, ...row }) => ({ ...withAuthor(entry, row), videos: videos.map(withPreview) })), next };
}

export type ListedVideos = Awaited<ReturnType<typeof listVideos>>["generations"][number];
