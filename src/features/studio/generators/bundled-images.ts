import "server-only";
import { db } from "@/lib/db";
import { report } from "../jobs/results";
import { GenerationFailed } from "../jobs/run";
import { deliver, takeLeft } from "./delivery";
import type { Generator, Work } from "./generator";
import { fileIdIn, inputPicture } from "./input-picture";
import { composePicture, encoded } from "./picture";

const ASKED = { prompt: true, size: true, format: true, style: true, quality: true, inputImageUrl: true } as const;

/** The demonstration: pictures composed of the prompt by Foyer itself, one after the other, each shown as soon as it is there. */
export const bundledImages: Generator = {
  async step(work, signal) {
    const asked = await askedFor(work);
    const { width, height } = pixels(asked.size);
    const inputId = fileIdIn(asked.inputImageUrl);
    const input = inputId ? (await inputPicture(work.ownerId, inputId)).bytes : undefined;
    const total = (work.places.at(-1)?.index ?? 0) + 1;
    for (const place of work.places) {
      signal.throwIfAborted();
      if (!(await report(work, { step: "generating", progress: Math.round((100 * place.index) / total) }))) return "done";
      const about = { kind: "image" as const, format: asked.format, width, height, metadata: { demonstration: true } };
      if (await takeLeft(work, place)) continue;
      const { prompt, style, quality } = asked;
      const picture = await composePicture({ prompt, style, index: place.index, width, height, input });
      await deliver(work, place, await encoded(picture, asked.format, quality), about);
    }
    return "done";
  },
};

/** What a job of pictures is for. */
export async function askedFor({ imageGenerationId: id }: Work) {
  const asked = id && (await db().imageGeneration.findUnique({ where: { id }, select: ASKED }));
  if (!asked) throw new GenerationFailed("generator_failed");
  return asked;
}

/** "1024x768" as two numbers. */
export function pixels(size: string): { width: number; height: number } {
  const [width = 0, height = 0] = size.split("x").map(Number);
  return { width, height };
}
