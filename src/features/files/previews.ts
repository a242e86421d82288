import "server-only";
import { Readable } from "node:stream";
import { db } from "@/lib/db";
import { hasFfmpeg } from "@/lib/ffmpeg";
import { NoPicture, redrawPicture } from "@/lib/pictures";
import { addJobs, type Tasks } from "@/lib/queue";
import { storageOf } from "@/storage";
import type { Storage } from "@/storage/storage";
import { posterOf } from "./posters";

/** In pixels: twice what a card of the grid is wide, for screens that are fine. */
const PREVIEW = { width: 640, height: 640, fill: false };
/** Larger pictures are shown by their name. */
const MAX_BYTES = 40_000_000;
/** And larger films: they are copied to this machine to be looked at. */
const MAX_FILM_BYTES = 200_000_000;
const MAX_POSTERS = 200;
/** Of a poster: each copies the film again. */
const MAX_ATTEMPTS = 2;

/**
 * `file.preview`: makes the small picture by which lists show a file. Made twice, after a crash, it is the same object; of a file
 * that is gone meanwhile nothing stays. What cannot be drawn is tried once and stays without; a film waits for ffmpeg.
 */
export async function makePreview({ fileId: id }: Tasks["file.preview"]): Promise<void> {
  const where = { id, status: "READY" as const, kind: { in: ["IMAGE" as const, "COVER" as const, "VIDEO" as const] } };
  const file = await db().file.findFirst({
    where,
    select: {
      key: true,
      provider: true,
      ownerId: true,
      sizeBytes: true,
      contentType: true,
      kind: true,
      previewKey: true,
      previewTriedAt: true,
    },
  });
  if (!file || file.previewKey || file.previewTriedAt) return;
  if (file.kind === "VIDEO" && !(await hasFfmpeg())) return;
  const store = storageOf(file.provider);
  const bytes = await pictureOf(store, file);
  const small = bytes && (await redrawPicture(bytes, PREVIEW).catch(giveUp));
  if (!small) {
    await db().file.updateMany({ where: { id }, data: { previewTriedAt: new Date() } });
    return;
  }
  const key = `${file.ownerId}/preview-${id}`;
  await store.put(key, Readable.from([small.bytes]), { sizeBytes: small.bytes.byteLength, contentType: "image/webp" });
  // Moved to another store meanwhile, it would look for its preview there.
  const { count } = await db().file.updateMany({ where: { ...where, provider: file.provider }, data: { previewKey: key } });
  if (count === 0) await store.delete(key);
}

/** Has the posters made that films lack from before ffmpeg was there, the newest so many at each start. */
export async function requestPosters(): Promise<void> {
  if (!(await hasFfmpeg())) return;
  // By hand: what is cast to an enum, as Prisma's parameters are, tells PostgreSQL nothing of the index that holds these alone.
  const films = await db().$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "File" WHERE "kind" = 'VIDEO' AND "status" = 'READY' AND "previewKey" IS NULL AND "previewTriedAt" IS NULL
       AND "sizeBytes" <= ${MAX_FILM_BYTES} ORDER BY "id" DESC LIMIT ${MAX_POSTERS}`;
  const jobs = films.map(({ id }) => ({ payload: { fileId: id }, key: `poster ${id}` }));
  await addJobs(db(), "file.preview", jobs, { maxAttempts: MAX_ATTEMPTS });
}

interface Seen {
  key: string;
  kind: string;
  contentType: string;
  sizeBytes: bigint;
}

async function pictureOf(store: Storage, { key, kind, contentType, sizeBytes }: Seen): Promise<Uint8Array | null> {
  const length = Number(sizeBytes);
  if (kind === "VIDEO") return length > MAX_FILM_BYTES ? null : posterOf(store, key, length, contentType);
  return length > MAX_BYTES ? null : store.readRange(key, 0, length - 1);
}

/** A picture that cannot be drawn is one all the same: its owner downloads it. */
function giveUp(error: unknown): null {
  if (error instanceof NoPicture) return null;
  throw error;
}
