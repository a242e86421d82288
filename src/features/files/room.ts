import "server-only";
import { randomUUID } from "node:crypto";
import { ForbiddenError, subject } from "@casl/ability";
import type { Entry } from "@/access/entry";
import { changeWithRoom } from "@/access/room";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";
import { declaredType, kindOf } from "@/storage/content-type";

/** Uploads a person may have asked for and neither confirmed nor cancelled. */
const MAX_PENDING = 100;

interface Announced {
  name: string;
  sizeBytes: number;
  contentType: string;
}

/** How the file comes: until when, and in parts of how many bytes, of which file on the person's own disk. */
interface Way {
  expiresAt: Date;
  partBytes?: number;
  sourceChangedAt?: Date | undefined;
}

/** A row for one file that is to come, with room for it. */
export async function makeRoom(entry: Entry, { name, sizeBytes, contentType }: Announced, { expiresAt, partBytes, sourceChangedAt }: Way) {
  const { userId } = entry.actor;
  const { MAX_FILE_BYTES } = env();
  const type = declaredType(name, contentType);
  if (!type) throw new AppError("invalid", "type_not_allowed");
  if (sizeBytes > MAX_FILE_BYTES) throw new AppError("too_large", "file_too_large", { params: { max: MAX_FILE_BYTES / 1_000_000 } });
  const uploadKey = `${userId}/${randomUUID()}`;
  // Parts are put together where no URL leads: nothing has to be moved then, however large.
  const key = partBytes === undefined ? uploadKey : `${uploadKey}-${randomUUID()}`;
  return changeWithRoom(entry, sizeBytes, async (tx, record) => {
    ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("File", { ownerId: userId }));
    if ((await tx.file.count({ where: { ownerId: userId, status: "PENDING", jobId: null } })) >= MAX_PENDING)
      throw new AppError("conflict", "too_many_uploads", { params: { max: MAX_PENDING } });
    const place = { key, uploadKey, uploadExpiresAt: expiresAt, provider: storage().provider };
    const row = await tx.file.create({
      data: { ownerId: userId, name, ...place, sizeBytes, contentType: type, kind: kindOf(type), partBytes, sourceChangedAt },
      select: { id: true, key: true, contentType: true },
    });
    await record({ action: "file.upload_url_issued", subjectType: "File", subjectId: row.id, after: { sizeBytes, contentType: type } });
    return row;
  });
}
