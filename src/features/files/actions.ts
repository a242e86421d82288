"use server";

import { randomUUID } from "node:crypto";
import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";
import { declaredType, SNIFF_HEAD_BYTES, SNIFF_TAIL_BYTES, sniff } from "@/storage/content-type";
import { eraseObject, findFile, removeFile } from "./changes";
import { fileIdSchema, renameFileSchema, requestUploadSchema } from "./schema";

/**
 * Makes room for one file and hands out a URL that takes exactly it: this length, this type, once, for a short time.
 * Room is counted under a lock, so that twenty uploads at once cannot share the last free megabyte.
 */
export const requestUpload = action(
  { can: ["create", "File"], rate: "upload" },
  requestUploadSchema,
  async ({ name, sizeBytes, contentType }, entry) => {
    const { userId } = entry.actor;
    const { MAX_FILE_BYTES, QUOTA_BYTES, PRESIGNED_URL_EXPIRATION } = env();
    const type = declaredType(name, contentType);
    if (!type) throw new AppError("invalid", "type_not_allowed");
    if (sizeBytes > MAX_FILE_BYTES) throw new AppError("too_large", "file_too_large", { params: { max: MAX_FILE_BYTES / 1_000_000 } });
    const key = `${userId}/${randomUUID()}`;
    const { id } = await change(entry, async (tx, record) => {
      ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("File", { ownerId: userId }));
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${userId}, 0))`;
      const { _sum } = await tx.file.aggregate({ where: { ownerId: userId, status: { not: "DELETING" } }, _sum: { sizeBytes: true } });
      if (Number(_sum.sizeBytes ?? 0) + sizeBytes > QUOTA_BYTES) throw new AppError("too_large", "quota_exceeded");
      const row = await tx.file.create({
        data: { ownerId: userId, name, key, sizeBytes, contentType: type, provider: storage().provider },
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

/** Looks at what arrived and shows the file, or takes it away again and says why. */
export const confirmUpload = action({ can: ["create", "File"], rate: "upload" }, fileIdSchema, async ({ id }, entry) => {
  const file = await findFile(db(), entry, "create", id, "PENDING");
  const problem = await inspect(file.key, file.contentType, Number(file.sizeBytes));
  if (problem === "upload_missing") throw new AppError("conflict", problem);
  await change(entry, async (tx, record) => {
    // Of two confirmations at once, the second finds nothing left to confirm.
    const { count } = await tx.file.updateMany({ where: { id, status: "PENDING" }, data: { status: problem ? "DELETING" : "READY" } });
    if (count === 0) throw new AppError("not_found");
    await record({
      action: problem ? "file.refused" : "file.uploaded",
      subjectType: "File",
      subjectId: id,
      after: { reason: problem, contentType: file.contentType, sizeBytes: Number(file.sizeBytes) },
    });
  });
  if (problem) {
    await eraseObject(id, file.key).catch(() => undefined);
    throw new AppError("invalid", problem);
  }
  revalidatePath("/files");
  return { id };
});

/** Gives a file another name; the bytes stay where they are. */
export const renameFile = action({ can: ["update", "File"], rate: "write" }, renameFileSchema, async ({ id, name }, entry) => {
  await change(entry, async (tx, record) => {
    const file = await findFile(tx, entry, "read", id);
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("File", file), "name");
    await tx.file.update({ where: { id }, data: { name }, select: { id: true } });
    await record({ action: "file.renamed", subjectType: "File", subjectId: id, before: { name: file.name }, after: { name } });
  });
  revalidatePath("/files");
});

/** Deletes a file for good. */
export const deleteFile = action({ can: ["delete", "File"], rate: "write" }, fileIdSchema, async ({ id }, entry) => {
  await removeFile(entry, id);
  revalidatePath("/files");
});

/** What is wrong with the object that arrived, as a message key; null when it is what was announced. */
async function inspect(
  key: string,
  contentType: string,
  sizeBytes: number,
): Promise<"upload_missing" | "upload_incomplete" | "type_mismatch" | null> {
  const found = await storage().head(key);
  if (!found) return "upload_missing";
  if (found.sizeBytes !== sizeBytes || found.contentType !== contentType) return "upload_incomplete";
  const head = await storage().readRange(key, 0, SNIFF_HEAD_BYTES - 1);
  const tail =
    sizeBytes > SNIFF_HEAD_BYTES ? await storage().readRange(key, Math.max(0, sizeBytes - SNIFF_TAIL_BYTES), sizeBytes - 1) : null;
  if (!head) return "upload_missing";
  const { ok } = await sniff(head, contentType, tail ?? undefined);
  return ok ? null : "type_mismatch";
}
