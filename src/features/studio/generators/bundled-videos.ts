import "server-only";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { db } from "@/lib/db";
import { hasFfmpeg, runFfmpeg } from "@/lib/ffmpeg";
import { report } from "../jobs/results";
import { GenerationFailed } from "../jobs/run";
import { deliver, takeLeft } from "./delivery";
import type { Generator, Work } from "./generator";
import { inputPicture } from "./input-picture";
import { label, scene } from "./picture";

const FRAMES_PER_SECOND = 24;
/** How much larger than the frame the picture is that the film moves over. */
const ROOM = 1.25;
const FRAMES: Record<string, { width: number; height: number }> = {
  "16:9": { width: 1280, height: 720 },
  "9:16": { width: 720, height: 1280 },
  "1:1": { width: 960, height: 960 },
};

const ASKED = { prompt: true, aspectRatio: true, durationSeconds: true, numberOfVideos: true, inputImageId: true } as const;
export type AskedFilm = Awaited<ReturnType<typeof askedForFilm>>;

/** The demonstration: short films in which the eye moves over a picture composed of the prompt. They need ffmpeg. */
export const bundledVideos: Generator = {
  async step(work, signal) {
    if (!(await hasFfmpeg())) throw new GenerationFailed("films_unavailable");
    const asked = await askedForFilm(work);
    for (const place of work.places) {
      const from = (100 * place.index) / asked.numberOfVideos;
      if (!(await report(work, { step: "generating", progress: Math.round(from) }))) return "done";
      if (await takeLeft(work, place)) continue;
      const onProgress = (percent: number) => report(work, { progress: Math.floor(from + percent / asked.numberOfVideos) });
      const film = await inFolder(work, (folder) => makeFilm(work, asked, { folder, index: place.index, signal, onProgress }));
      if (!film) return "done";
      const { width, height } = frameOf(asked.aspectRatio);
      const about = { kind: "video" as const, width, height, durationSeconds: asked.durationSeconds, metadata: { demonstration: true } };
      await deliver(work, place, film, about);
    }
    return "done";
  },
};

/** What a job of films is for. */
export async function askedForFilm({ videoGenerationId: id }: Work) {
  const asked = id && (await db().videoGeneration.findUnique({ where: { id }, select: { ...ASKED, personGeneration: true } }));
  if (!asked) throw new GenerationFailed("generator_failed");
  return asked;
}

function frameOf(aspectRatio: string): { width: number; height: number } {
  const frame = FRAMES[aspectRatio];
  if (!frame) throw new GenerationFailed("generator_failed");
  return frame;
}

/** ffmpeg reads and writes files that have names: in a folder of the job's own, which a run after a crash finds and clears. */
async function inFolder<T>({ id }: Work, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(tmpdir(), `foyer-film-${id}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Making {
  folder: string;
  index: number;
  signal: AbortSignal;
  onProgress: (percent: number) => Promise<boolean>;
}

/** The film's bytes; null when nobody waits for it any more. */
async function makeFilm(work: Work, asked: AskedFilm, { folder, index, signal, onProgress }: Making): Promise<Buffer | null> {
  const { width, height } = frameOf(asked.aspectRatio);
  const input = asked.inputImageId ? (await inputPicture(work.ownerId, asked.inputImageId)).bytes : undefined;
  const wide = { width: Math.round(width * ROOM), height: Math.round(height * ROOM) };
  const [behind, front, film] = ["behind.png", "front.png", "film.mp4"].map((name) => join(folder, name)) as [string, string, string];
  const layers = await scene({ prompt: asked.prompt, style: null, index, input, ...wide });
  await writeFile(
    behind,
    await canvas({ ...wide, alpha: 1 })
      .composite(layers)
      .png({ compressionLevel: 1 })
      .toBuffer(),
  );
  const words = await label({ prompt: asked.prompt, width, height });
  await writeFile(front, await canvas({ width, height, alpha: 0 }).composite(words).png({ compressionLevel: 1 }).toBuffer());
  const args = ["-i", behind, "-i", front, "-filter_complex", filters(width, height, asked.durationSeconds, index), ...output(asked), film];
  return (await runFfmpeg(args, { seconds: asked.durationSeconds, signal, onProgress })) ? readFile(film) : null;
}

function canvas({ width, height, alpha }: { width: number; height: number; alpha: number }) {
  return sharp({ create: { width, height, channels: 4, background: { r: 28, g: 25, b: 23, alpha } } });
}

/** The frame glides over the larger picture, from another corner in each film; the words stand still. */
function filters(width: number, height: number, seconds: number, index: number): string {
  const way = `(t/${seconds})`;
  const x = index % 2 === 0 ? way : `(1-${way})`;
  const y = index % 4 < 2 ? way : `(1-${way})`;
  return [
    `[0:v]loop=loop=-1:size=1,setpts=N/${FRAMES_PER_SECOND}/TB,crop=${width}:${height}:'(iw-ow)*${x}':'(ih-oh)*${y}'[moving]`,
    "[moving][1:v]overlay=format=auto,format=yuv420p",
  ].join(";");
}

/** H.264 that every browser plays, its description in front so that it begins before it is there as a whole. */
function output({ durationSeconds }: AskedFilm): string[] {
  const video = ["-an", "-r", `${FRAMES_PER_SECOND}`, "-t", `${durationSeconds}`, "-c:v", "libx264", "-preset", "veryfast", "-crf", "26"];
  return [...video, "-pix_fmt", "yuv420p", "-threads", "1", "-movflags", "+faststart", "-map_metadata", "-1", "-y"];
}
