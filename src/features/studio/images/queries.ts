import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { SHOWN_RESULT, withPreview } from "../gallery/results";
import { JOB_STATE } from "../jobs/queries";
import { IMAGES_PAGE_SIZE } from "./schema";

const SHOWN = {
  id: true,
  prompt: true,
  numImages: true,
  size: true,
  format: true,
  style: true,
  quality: true,
  model: true,
  createdAt: true,
  organizationId: true,
  job: { select: JOB_STATE },
  images: {
    where: { file: { status: "READY" } },
    select: SHOWN_RESULT,
    orderBy: { createdAt: "asc" },
  },
} as const;

/** A page of what one has asked for, newest first, with its job and the pictures that are there, and the cursor of the next. */
export async function listImages(entry: Entry, cursor?: Cursor) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const rows = await db().imageGeneration.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("ImageGeneration"), { authorId: entry.actor.userId }, from] },
    select: SHOWN,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: IMAGES_PAGE_SIZE + 1,
  });
  const { rows: shown, next } = page(rows, IMAGES_PAGE_SIZE, (row) => row.createdAt);
  return { generations: shown.map(({ images, ...row }) => ({ ...row, images: images.map(withPreview) })), next };
}

export type ListedImages = Awaited<ReturnType<typeof listImages>>["generations"][number];
