import "server-only";
import sharp from "sharp";
import type { ImageFormat } from "@/lib/db";
import { storage } from "@/storage";
import type { About } from "../jobs/results";
import { readFilm } from "./film-boxes";
import { MAX_INPUT_PIXELS } from "./picture";

const FORMATS: Record<string, ImageFormat> = { png: "PNG", jpeg: "JPEG", webp: "WEBP" };

/** What lies at the key, by its bytes: a picture or a film of the type that was announced, and its size in pixels; null for anything else. */
export async function lookAt(key: string, sizeBytes: number, contentType: string): Promise<About | null> {
  if (contentType.startsWith("image/")) return lookAtPicture(key, sizeBytes, contentType);
  return contentType === "video/mp4" ? lookAtFilm(key, sizeBytes) : null;
}

async function lookAtPicture(key: string, sizeBytes: number, contentType: string): Promise<About | null> {
  const bytes = await storage().readRange(key, 0, sizeBytes - 1);
  const found = bytes && (await pictureOf(bytes));
  return found && contentType === `image/${found.format.toLowerCase()}` ? { kind: "image", ...found } : null;
}

/** Format and size of a picture that can be decoded as a whole; null otherwise. */
export async function pictureOf(bytes: Uint8Array): Promise<{ format: ImageFormat; width: number; height: number } | null> {
  try {
    const picture = sharp(bytes, { limitInputPixels: MAX_INPUT_PIXELS, failOn: "error" });
    const { format, width, height } = await picture.metadata();
    const known = FORMATS[format];
    if (!known) return null;
    // The head alone could be followed by anything.
    await picture.stats();
    return { format: known, width, height };
  } catch {
    return null;
  }
}

async function lookAtFilm(key: string, sizeBytes: number): Promise<About | null> {
  const film = await readFilm(sizeBytes, (start, end) => storage().readRange(key, start, end));
  return film && { kind: "video", ...film };
}
