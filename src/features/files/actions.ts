"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { assertBelongs } from "@/access/organizations";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";
import { partBytesFor } from "@/storage/parts";
import { renamed } from "@/storage/presentation";
import { clearAvatar } from "./avatars";
import { findFile, removeFile } from "./changes";
import { confirmArrival } from "./confirm";
import { clearCover } from "./covers";
import { arrivedParts, issueParts } from "./multipart";
import { makeRoom } from "./room";
import {
  type CoverOf,
  fileIdSchema,
  filesIdsSchema,
  removeAvatarSchema,
  removeCoverSchema,
  renameFileSchema,
  requestMultipartSchema,
  requestUploadSchema,
  setCoverSchema,
  shareFileSchema,
  signPartsSchema,
} from "./schema";

/** How long an upload in parts may be taken up again. */
const RESUMABLE_MS = 24 * 3_600_000;

/** Makes room for one file of 64 MB at most and hands out a URL that takes exactly it: this length, this type, for a short time. */
export const requestUpload = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  requestUploadSchema,
  async (announced, entry) => {
    const expiresIn = env().PRESIGNED_URL_EXPIRATION;
    const { id, key, contentType } = await makeRoom(entry, announced, { expiresAt: new Date(Date.now() + expiresIn * 1000) });
    const { url, method, headers } = await storage().presignUpload(key, { contentType, sizeBytes: announced.sizeBytes, expiresIn });
    return { id, url, method, headers };
  },
);

/** Makes room for one large file, which comes in parts of `partBytes`, today or tomorrow. */
export const requestMultipart = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  requestMultipartSchema,
  async ({ changedAt, ...announced }, entry) => {
    const partBytes = partBytesFor(announced.sizeBytes);
    const expiresAt = new Date(Date.now() + RESUMABLE_MS);
    const sourceChangedAt = changedAt === undefined ? undefined : new Date(changedAt);
    const { id } = await makeRoom(entry, announced, { expiresAt, partBytes, sourceChangedAt });
    return { id, partBytes };
  },
);

/** Hands out a URL for each of these parts, which takes exactly it, for a short time. */
export const signParts = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  signPartsSchema,
  async ({ id, numbers }, entry) => ({ parts: await issueParts(entry, id, numbers) }),
);

/** What an upload that was broken off has to be sent of still. */
export const resumeMultipart = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  fileIdSchema,
  async ({ id }, entry) => arrivedParts(entry, id),
);

/** Takes what arrived out of the upload URL's reach, looks at it there and shows the file, or removes it and says why. */
export const confirmUpload = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  fileIdSchema,
  async ({ id }, entry) => {
    await confirmArrival(entry, id);
    revalidatePath("/files");
    return { id };
  },
);

/** Gives a file another name; the bytes stay where they are. */
export const renameFile = action(
  { can: ["update", "File"], rate: "write", impersonated: "write" },
  renameFileSchema,
  async ({ id, name }, entry) => {
    const done = await change(entry, async (tx, record) => {
      const file = await findFile(tx, entry, "read", id);
      ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("File", file), "name");
      // Called as it comes down: what it is does not change with its name.
      const { name: called } = await tx.file.update({ where: { id }, data: { name: renamed(name, file) }, select: { name: true } });
      await record({ action: "file.renamed", subjectType: "File", subjectId: id });
      return { name: called };
    });
    revalidatePath("/files");
    return done;
  },
);

/** Shares one's own file with an organisation of one's own; an empty id takes it back. */
export const shareFile = action(
  { can: ["update", "File"], rate: "write", impersonated: "write" },
  shareFileSchema,
  async ({ id, organizationId }, entry) => {
    await change(entry, async (tx, record) => {
      await assertBelongs(tx, entry.actor.userId, organizationId);
      const file = await findFile(tx, entry, "update", id);
      ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("File", file), "organizationId");
      await tx.file.update({ where: { id }, data: { organizationId }, select: { id: true } });
      const act = organizationId ? "file.shared" : "file.unshared";
      await record({ action: act, subjectType: "File", subjectId: id, after: { organizationId } });
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

/** Takes one's picture away: the one a provider gave stands in its place, else the initials. */
export const removeAvatar = action(
  { can: ["update", "User"], rate: "write", impersonated: "write" },
  removeAvatarSchema,
  async (_, entry) => {
    await clearAvatar(entry);
    revalidatePath("/settings/profile");
  },
);

/** Confirms an upload as the cover of a book or a post of one's own, in place of the one before. */
export const setCover = action(
  { can: ["create", "File"], rate: "upload", impersonated: "write" },
  setCoverSchema,
  async ({ id, of }, entry) => {
    await confirmArrival(entry, id, of);
    revalidatePath(pageOf(of));
  },
);

/** Takes the cover off a book or a post of one's own. */
export const removeCover = action(
  { can: ["create", "File"], rate: "write", impersonated: "write" },
  removeCoverSchema,
  async ({ of }, entry) => {
    await clearCover(entry, of);
    revalidatePath(pageOf(of));
  },
);

function pageOf(of: CoverOf): string {
  return "bookId" in of ? `/studio/books/${of.bookId}` : `/studio/blog/${of.blogPostId}`;
}
