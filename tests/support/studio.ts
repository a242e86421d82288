import { enter } from "@/access/door";
import { changeWithRoom } from "@/access/room";
import type { Generator } from "@/features/studio/generators/generator";
import { stepWith } from "@/features/studio/jobs/run";
import { type Place, roomOf, startJob } from "@/features/studio/jobs/start";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import type { Browser } from "./request";

export { arrive, png } from "./made";

export const PICTURE_PLACE: Place = { name: "picture.png", contentType: "image/png", kind: "IMAGE", maxBytes: 1_000_000 };

/** A generation of `count` pictures by this person, as the form makes one; returns the ids of both rows. */
export function imageJob(window: Browser, count = 1): Promise<{ jobId: string; generationId: string }> {
  return window.run(async () => {
    const entry = await enter("create", "ImageGeneration");
    const places = Array.from({ length: count }, (_, index) => ({ ...PICTURE_PLACE, name: `picture-${index + 1}.png` }));
    return changeWithRoom(entry, roomOf(places), async (tx, record) => {
      const generation = await tx.imageGeneration.create({
        data: {
          prompt: "a lit doorway",
          numImages: count,
          model: "test",
          authorId: entry.actor.userId,
          storageProvider: storage().provider,
        },
        select: { id: true },
      });
      const order = { kind: "IMAGE" as const, places, generator: "BUNDLED" as const, organizationId: null };
      const job = await startJob(tx, record, entry, { ...order, purpose: { imageGenerationId: generation.id } });
      return { jobId: job.id, generationId: generation.id };
    });
  });
}

/** Runs `generation.step` of the job's present attempt by this generator, as the worker would. */
export async function step(jobId: string, generator: Generator, tried = 1): Promise<void> {
  const { attempt } = await db().job.findUniqueOrThrow({ where: { id: jobId }, select: { attempt: true } });
  const task = { id: "1", attempt: tried, signal: new AbortController().signal };
  await stepWith({ BUNDLED: generator })({ jobId, attempt }, task);
}
