"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { changeWithRoom } from "@/access/room";
import { env } from "@/lib/env";
import { storage } from "@/storage";
import { generatorOf } from "../generators/registry";
import { modelOf } from "../inputs/models";
import { requireInputPicture } from "../inputs/queries";
import { roomOf, startJob } from "../jobs/start";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";
import { removeGeneration, removeImages } from "./changes";
import { placesOf } from "./places";
import { chosenImagesSchema, generateImagesSchema, imageIdSchema } from "./schema";

/** Asks for pictures: the row, its job and the places of its results are made at once, the worker does the rest. */
export const generateImages = action(
  { can: ["create", "ImageGeneration"], rate: "write", impersonated: "write" },
  generateImagesSchema,
  async ({ inputImageId, style = null, ...asked }, entry) => {
    const { userId: authorId } = entry.actor;
    const generator = generatorOf("IMAGE");
    const places = placesOf(asked);
    const made = await changeWithRoom(entry, roomOf(places), async (tx, record) => {
      ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("ImageGeneration", { authorId }));
      if (inputImageId) await requireInputPicture(entry, tx, inputImageId);
      const { id } = await tx.imageGeneration.create({
        data: {
          ...asked,
          style,
          // An address of this site: what it names is looked up as the person's own file, and never fetched.
          inputImageUrl: inputImageId ? `/api/files/${inputImageId}` : null,
          model: modelOf(generator, "IMAGE"),
          authorId,
          storageProvider: storage().provider,
          s3Bucket: env().S3_BUCKET_NAME ?? null,
        },
        select: { id: true },
      });
      const order = { kind: "IMAGE" as const, purpose: { imageGenerationId: id }, places, generator, organizationId: null };
      return { id, jobId: (await startJob(tx, record, entry, order)).id };
    });
    revalidatePath("/studio/images");
    return made;
  },
);

/** Deletes pictures by their files, all of those named or none; a request whose last picture goes, goes too. */
export const deleteImages = action(
  { can: ["delete", "ImageGeneration"], rate: "write", impersonated: "write" },
  chosenImagesSchema,
  async ({ ids }, entry) => {
    await change(entry, (tx, record) => removeImages(tx, record, entry, [...new Set(ids)]));
    revalidatePath("/studio/images");
  },
);

/** Deletes a request that is not under way any more, with all its pictures. */
export const deleteImageGeneration = action(
  { can: ["delete", "ImageGeneration"], rate: "write", impersonated: "write" },
  imageIdSchema,
  async ({ id }, entry) => {
    await change(entry, (tx, record) => removeGeneration(tx, record, entry, id));
    revalidatePath("/studio/images");
  },
);

/** Shares one's pictures, those of one request together, with an organisation of one's own; an empty id takes it back. */
export const shareImages = action(
  { can: ["update", "ImageGeneration"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "ImageGeneration", id, organizationId),
);
