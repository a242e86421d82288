"use server";

import { randomUUID } from "node:crypto";
import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { changeWithRoom } from "@/access/room";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { addJob } from "@/lib/queue";
import { storage, storageOf } from "@/storage";
import { inspect, receive } from "@/storage/arrival";
import { declaredType, kindOf } from "@/storage/content-type";
import { findFile, removeFile } from "./changes";
import { eraseFile } from "./leftovers";
import { fileIdSchema, filesIdsSchema, renameFileSchema, requestUploadSchema } from "./schema";

/** Uploads a person may have asked for and neither confirmed nor cancelled. */
const MAX_PENDING = 100;

/**
 * Makes room for one file and hands out a URL that takes exactly it: this length, this type, for a short time.
 * Room is counted under a lock, so that twenty uploads at once cannot share the last free megabyte.
 */
export const requestUpload = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  requestUploadSchema,
  async ({ name, sizeBytes, contentType }, entry) => {
    const { userId } = entry.actor;
    const { MAX_FILE_BYTES, PRESIGNED_URL_EXPIRATION } = env();
    const type = declaredType(name, contentType);
    if (!type) throw new AppError("invalid", "type_not_allowed");
    if (sizeBytes > MAX_FILE_BYTES) throw new AppError("too_large", "file_too_large", { params: { max: MAX_FILE_BYTES / 1_000_000 } });
    const key = `${userId}/${randomUUID()}`;
    const uploadExpiresAt = new Date(Date.now() + PRESIGNED_URL_EXPIRATION * 1000);
    const { id } = await changeWithRoom(entry, sizeBytes, async (tx, record) => {
      ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("File", { ownerId: userId }));
      if ((await tx.file.count({ where: { ownerId: userId, status: "PENDING", jobId: null } })) >= MAX_PENDING)
        throw new AppError("conflict", "too_many_uploads", { params: { max: MAX_PENDING } });
      const place = { key, uploadKey: key, uploadExpiresAt, provider: storage().provider };
      const row = await tx.file.create({
        data: { ownerId: userId, name, ...place, sizeBytes, contentType: type, kind: kindOf(type) },
        select: { id: true },
      });
      await record({ action: "file.upload_url_issued", subjectType: "File", subjectId: row.id, after: { sizeBytes, contentType: type } });
      return row;
    });
    const { url, method, headers } = await storage().presignUpload(key, {
      contentType: type,
      sizeBytes,
      expiresIn: PRESIGNED_URL_EXPIRATION,
    });
    return { id, url, method, headers };
  },
);

/** Takes what arrived out of the upload URL's reach, looks at it there and shows the file, or removes it and says why. */
export const confirmUpload = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  fileIdSchema,
  async ({ id }, entry) => {
    const file = await findFile(db(), entry, "create", id, "PENDING");
    // A generator's place is no upload of the person's.
    if (file.jobId) throw new AppError("not_found");
    const store = storageOf(file.provider);
    const key = await receive(store, file.key);
    const problem = key ? await inspect(store, key, file.contentType, Number(file.sizeBytes)) : "upload_missing";
    if (!key || problem === "upload_missing") throw new AppError("conflict", "upload_missing");
    await change(entry, async (tx, record) => {
      // Of two confirmations at once, the second finds nothing left to confirm.
      const { count } = await tx.file.updateMany({
        where: { id, status: "PENDING" },
        data: { status: problem ? "DELETING" : "READY", key },
      });
      if (count === 0) throw new TooLate();
      if (!problem && file.kind === "IMAGE") await addJob(tx, "file.preview", { fileId: id }, { maxAttempts: 5 });
      await record({
        action: problem ? "file.refused" : "file.uploaded",
        subjectType: "File",
        subjectId: id,
        after: { reason: problem, contentType: file.contentType, sizeBytes: Number(file.sizeBytes) },
      });
    }).catch(async (error: unknown) => {
      if (!(error instanceof TooLate)) throw error;
      // What this one moved is nobody's, and must not lie there uncounted; the row is decided and names another key, or is gone.
      const decided = await db().file.findUnique({ where: { id }, select: { key: true } });
      if (decided?.key !== key) await store.delete(key);
      throw new AppError("not_found");
    });
    if (problem) {
      await eraseFile({ ...file, key }).catch(() => undefined);
      throw new AppError("invalid", problem);
    }
    revalidatePath("/files");
    return { id };
  },
);

/** Gives a file another name; the bytes stay where they are. */
export const renameFile = action(
  { can: ["update", "File"], rate: "write", impersonated: "write" },
  renameFileSchema,
  async ({ id, name }, entry) => {
    await change(entry, async (tx, record) => {
      const file = await findFile(tx, entry, "read", id);
      ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("File", file), "name");
      await tx.file.update({ where: { id }, data: { name }, select: { id: true } });
      await record({ action: "file.renamed", subjectType: "File", subjectId: id });
    });
    revalidatePath("/files");
  },
);

/** Deletes a file for good, or cancels an upload that is not confirmed. */
export const deleteFile = action({ can: ["delete", "File"], rate: "write", impersonated: "write" }, fileIdSchema, async ({ id }, entry) => {
  await removeFile(entry, id);
  revalidatePath("/files");
});

/** Deletes many of one's own files for good; those that are gone already are no error. Says how many it was. */
export const deleteFiles = action(
  { can: ["delete", "File"], rate: "write", impersonated: "write" },
  filesIdsSchema,
  async ({ ids }, entry) => {
    let count = 0;
    for (const id of new Set(ids)) {
      const gone = await removeFile(entry, id).then(
        () => true,
        (error: unknown) => {
          if (error instanceof AppError && error.code === "not_found") return false;
          throw error;
        },
      );
      if (gone) count++;
    }
    revalidatePath("/files");
    return { count };
  },
);

/** Another confirmation, or the file's owner, was first. */
class TooLate extends Error {}
