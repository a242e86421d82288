import { enter } from "@/access/door";
import { changeWithRoom } from "@/access/room";
import type { Generator } from "@/features/studio/generators/generator";
import { GENERATORS } from "@/features/studio/generators/registry";
import { stepWith } from "@/features/studio/jobs/run";
import { type Place, roomOf, startJob } from "@/features/studio/jobs/start";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { arrive, png } from "./made";
import { file } from "./people";
import type { Browser } from "./request";

export { arrive, png };

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

/** The worker's next steps of a job, by the generators of the site, one after the other until it has ended; the time between them does not pass. */
export async function work(jobId: string, { steps = 20, tried = 1, signal = new AbortController().signal } = {}): Promise<void> {
  for (let count = 0; count < steps; count++) {
    const { attempt, status } = await db().job.findUniqueOrThrow({ where: { id: jobId }, select: { attempt: true, status: true } });
    if (status !== "PENDING" && status !== "PROCESSING") return;
    await stepWith(GENERATORS)({ jobId, attempt }, { id: "1", attempt: tried, signal });
  }
}

/** A picture among this person's files, with its bytes. */
export async function pictureOf(owner: { id: string }, given: Parameters<typeof file>[1] = {}) {
  const bytes = await png();
  const row = await file(owner, { name: "mine.png", contentType: "image/png", kind: "IMAGE", sizeBytes: bytes.byteLength, ...given });
  await arrive(row.key, bytes);
  return row;
}

/** Runs `generation.step` of the job's present attempt by this generator, as the worker would. */
export async function step(jobId: string, generator: Generator, tried = 1): Promise<void> {
  const { attempt } = await db().job.findUniqueOrThrow({ where: { id: jobId }, select: { attempt: true } });
  const task = { id: "1", attempt: tried, signal: new AbortController().signal };
  await stepWith({ BUNDLED: generator })({ jobId, attempt }, task);
}
