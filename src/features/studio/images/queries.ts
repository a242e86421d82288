import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { AUTHOR, SHOWN_RESULT, sharedWith, withAuthor, withPreview } from "../gallery/results";
import { JOB_STATE } from "../jobs/queries";
import { IMAGES_PAGE_SIZE } from "./schema";

/** What somebody asked for, as every list shows it. */
const ASKED = { id: true, prompt: true, size: true, format: true, style: true, createdAt: true } as const;
const SHOWN = {
  ...ASKED,
  numImages: true,
  quality: true,
  model: true,
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

/**
 * A page of what is shared with an organisation one belongs to, one's own included, newest first, each with whose it is and the
 * pictures that are shared, and the cursor of the next; nothing of one that one does not belong to.
 */
export async function listSharedImages(entry: Entry, organizationId: string, cursor?: Cursor) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const { requests, files } = sharedWith(entry, organizationId);
  const rows = await db().imageGeneration.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("ImageGeneration"), { ...requests, images: { some: files } }, from] },
    select: { ...ASKED, ...AUTHOR, images: { where: files, select: SHOWN_RESULT, orderBy: { createdAt: "asc" } } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: IMAGES_PAGE_SIZE + 1,
  });
  const { rows: shown, next } = page(rows, IMAGES_PAGE_SIZE, (row) => row.createdAt);
  return { generations: shown.map(({ images, ...row }) => ({ ...withAuthor(entry, row), images: images.map(withPreview) })), next };
}

export type ListedImages = Awaited<ReturnType<typeof listImages>>["generations"][number];
