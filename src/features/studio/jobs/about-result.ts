import "server-only";
import type { ImageFormat, JobKind } from "@/lib/db";
import { readFilm } from "@/lib/mp4";
import { measurePicture, NoPicture } from "@/lib/pictures";
import type { Storage } from "@/storage/storage";
import { FORMATS } from "../documents/manuscript";
import { DOCUMENT_FORMATS } from "../documents/schema";
import type { About, AboutOf } from "./results";

const PICTURES: Partial<Record<string, ImageFormat>> = { png: "PNG", jpeg: "JPEG", webp: "WEBP" };

/**
 * What a result of this kind of job is, by its own bytes: for `takeResult`, where nothing that is said of it is believed. Null for a
 * picture of more than 50 million pixels or another format than its type, a film without pictures or length, another kind of file.
 */
export function aboutResult(kind: JobKind): AboutOf {
  return async (store, key, sizeBytes, contentType) => {
    if (kind === "IMAGE") return aboutPicture(store, key, sizeBytes, contentType);
    if (kind === "VIDEO") return aboutFilm(store, key, sizeBytes);
    const format = DOCUMENT_FORMATS.find((one) => FORMATS[one].contentType === contentType);
    return format ? { kind: "document", format } : null;
  };
}

async function aboutPicture(store: Storage, key: string, sizeBytes: number, contentType: string): Promise<About | null> {
  const bytes = await store.readRange(key, 0, sizeBytes - 1);
  const found = bytes && (await measurePicture(bytes).catch(noPicture));
  const format = found && PICTURES[found.format];
  return format && contentType === `image/${found.format}` ? { kind: "image", format, width: found.width, height: found.height } : null;
}

async function aboutFilm(store: Storage, key: string, sizeBytes: number): Promise<About | null> {
  const film = await readFilm((start, end) => store.readRange(key, start, end), sizeBytes);
  if (!film) return null;
  const { width, height, seconds } = film;
  // A whole number of them is kept, and no film has none.
  return { kind: "video", width, height, durationSeconds: Math.max(1, Math.round(seconds)) };
}

function noPicture(error: unknown): null {
  if (error instanceof NoPicture) return null;
  throw error;
}
