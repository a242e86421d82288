"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { changeWithRoom } from "@/access/room";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";
import { modelOf } from "../inputs/models";
import { requireInputPicture } from "../inputs/queries";
import { roomOf, startJob } from "../jobs/start";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";
import { removeGeneration, removeVideos } from "./changes";
import { videoOffers } from "./offers";
import { placesOf } from "./places";
import { chosenVideosSchema, generateVideosSchema, videoIdSchema } from "./schema";

/** Asks for films: the row, its job and the places of its results are made at once, the worker does the rest. */
export const generateVideos = action(
  { can: ["create", "VideoGeneration"], rate: "write", impersonated: "write" },
  generateVideosSchema,
  async (asked, entry) => {
    const { userId: authorId } = entry.actor;
    const { generator, available, aspectRatios } = await videoOffers();
    if (!available) throw new AppError("conflict", "films_unavailable");
    if (!aspectRatios.includes(asked.aspectRatio)) throw new AppError("invalid", "invalid", { fields: { aspectRatio: "invalid" } });
    const places = placesOf(asked);
    const made = await changeWithRoom(entry, roomOf(places), async (tx, record) => {
      ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("VideoGeneration", { authorId }));
      if (asked.inputImageId) await requireInputPicture(entry, tx, asked.inputImageId);
      const { id } = await tx.videoGeneration.create({
        data: {
          ...asked,
          inputImageId: asked.inputImageId ?? null,
          model: modelOf(generator, "VIDEO"),
          authorId,
          storageProvider: storage().provider,
          s3Bucket: env().S3_BUCKET_NAME ?? null,
        },
        select: { id: true },
      });
      const order = { kind: "VIDEO" as const, purpose: { videoGenerationId: id }, places, generator, organizationId: null };
      return { id, jobId: (await startJob(tx, record, entry, order)).id };
    });
    revalidatePath("/studio/videos");
    return made;
  },
);

/** Deletes films by their files, all of those named or none; a request whose last film goes, goes too. */
export const deleteVideos = action(
  { can: ["delete", "VideoGeneration"], rate: "write", impersonated: "write" },
  chosenVideosSchema,
  async ({ ids }, entry) => {
    await change(entry, (tx, record) => removeVideos(tx, record, entry, [...new Set(ids)]));
    revalidatePath("/studio/videos");
  },
);

/** Deletes a request that is not under way any more, with all its films. */
export const deleteVideoGeneration = action(
  { can: ["delete", "VideoGeneration"], rate: "write", impersonated: "write" },
  videoIdSchema,
  async ({ id }, entry) => {
    await change(entry, (tx, record) => removeGeneration(tx, record, entry, id));
    revalidatePath("/studio/videos");
  },
);

/** Shares one's films, those of one request together, with an organisation of one's own; an empty id takes it back. */
export const shareVideo = action(
  { can: ["update", "VideoGeneration"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "VideoGeneration", id, organizationId),
);
