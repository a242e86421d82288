import "server-only";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { runFfmpeg } from "@/lib/ffmpeg";
import { log } from "@/lib/log";
import { objectBytes } from "@/storage/read";
import type { Storage } from "@/storage/storage";

/** How long ffmpeg may look for a picture. */
const MAX_MS = 30_000;
/** What reads each type: named, so that a file that is something else after all is not read as that. */
const READERS: Record<string, string> = { "video/mp4": "mov", "video/webm": "matroska" };

/**
 * A picture of a film, as PNG; null of what ffmpeg cannot read. Somebody has sent the film: ffmpeg opens that
 * file alone, reads it as what it was looked at as, and for so long.
 */
export async function posterOf(store: Storage, key: string, sizeBytes: number, contentType: string): Promise<Uint8Array | null> {
  const reader = READERS[contentType];
  if (!reader) return null;
  const folder = await mkdtemp(join(tmpdir(), "foyer-poster-"));
  try {
    const [film, picture] = [join(folder, "film"), join(folder, "poster.png")];
    await pipeline(Readable.from(objectBytes(store, key, sizeBytes)), createWriteStream(film, { mode: 0o600 }));
    await runFfmpeg(argumentsFor(reader, film, picture), {
      seconds: 1,
      signal: AbortSignal.timeout(MAX_MS),
      onProgress: () => Promise.resolve(true),
    }).catch((err: unknown) => log().info({ err }, "no poster"));
    return await readFile(picture).catch(() => null);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The picture that says most of the first hundred: the first of all is often black. */
function argumentsFor(reader: string, film: string, picture: string): string[] {
  const input = ["-protocol_whitelist", "file", "-max_pixels", "50000000", "-threads", "1", "-f", reader, "-i", film];
  return [...input, "-map", "0:v:0", "-vf", "thumbnail=100,scale='min(1280,iw)':-2", "-frames:v", "1", "-f", "image2", "-y", picture];
}
