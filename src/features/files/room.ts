import "server-only";
import { randomUUID } from "node:crypto";
import { ForbiddenError, subject } from "@casl/ability";
import type { Entry } from "@/access/entry";
import { changeWithRoom } from "@/access/room";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";
import { declaredType, kindOf } from "@/storage/content-type";
import { DRAWN, type Use } from "./drawn";
import { MULTIPART_ABOVE_BYTES, PICTURE_TYPES } from "./limits";

/** Uploads a person may have asked for and neither confirmed nor cancelled. */
const MAX_PENDING = 100;

interface Announced {
  name: string;
  sizeBytes: number;
  contentType: string;
  /** What a picture is for; a file of /files without. */
  use?: Use | undefined;
}

/** How the file comes: until when, and in parts of how many bytes, of which file on the person's own disk. */
interface Way {
  expiresAt: Date;
  partBytes?: number;
  sourceChangedAt?: Date | undefined;
}

/** A row for one file that is to come, with room for it. */
export async function makeRoom(entry: Entry, announced: Announced, { expiresAt, partBytes, sourceChangedAt }: Way) {
  const { userId } = entry.actor;
  const { sizeBytes } = announced;
  if (partBytes === undefined && sizeBytes > MULTIPART_ABOVE_BYTES && sizeBytes <= env().MAX_FILE_BYTES)
    throw new AppError("too_large", "upload_in_parts", { params: { max: MULTIPART_ABOVE_BYTES / 1_000_000 } });
  const { type, name, kind } = admitted(announced);
  const uploadKey = `${userId}/${randomUUID()}`;
  // Parts are put together where no URL leads: nothing has to be moved then, however large.
  const key = partBytes === undefined ? uploadKey : `${uploadKey}-${randomUUID()}`;
  return changeWithRoom(entry, sizeBytes, async (tx, record) => {
    ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("File", { ownerId: userId }));
    if ((await tx.file.count({ where: { ownerId: userId, status: "PENDING", jobId: null } })) >= MAX_PENDING)
      throw new AppError("conflict", "too_many_uploads", { params: { max: MAX_PENDING } });
    const place = { key, uploadKey, uploadExpiresAt: expiresAt, provider: storage().provider };
    const row = await tx.file.create({
      data: { ownerId: userId, name, ...place, sizeBytes, contentType: type, kind, partBytes, sourceChangedAt },
      select: { id: true, key: true, contentType: true },
    });
    await record({ action: "file.upload_url_issued", subjectType: "File", subjectId: row.id, after: { sizeBytes, contentType: type } });
    return row;
  });
}

/** The type, name and kind a file is kept by. Throws "invalid" where its type is refused, "too_large" where it is. */
function admitted({ name, sizeBytes, contentType, use }: Announced) {
  const type = declaredType(name, contentType);
  const { MAX_FILE_BYTES } = env();
  const max = use ? Math.min(DRAWN[use].maxBytes, MAX_FILE_BYTES) : MAX_FILE_BYTES;
  if (use && !PICTURE_TYPES.some((picture) => picture === type)) throw new AppError("invalid", "picture_type");
  if (!type) throw new AppError("invalid", "type_not_allowed");
  if (sizeBytes > max) throw new AppError("too_large", "file_too_large", { params: { max: max / 1_000_000 } });
  // Of a picture that is drawn anew nothing stays of the file that was chosen, its name neither.
  return use ? { type, name: DRAWN[use].name, kind: DRAWN[use].kind } : { type, name, kind: kindOf(type) };
}
