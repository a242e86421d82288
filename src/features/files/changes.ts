import "server-only";
import type { Readable } from "node:stream";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import { bearerOf } from "@/access/bearer";
import type { Entry } from "@/access/entry";
import { type Action, accessibleBy } from "@/access/rules";
import { watchStanding } from "@/access/watch";
import type { Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { Zip } from "@/lib/zip";
import { storageOf } from "@/storage";
import { objectBytes } from "@/storage/read";
import { DOWNLOAD_SECONDS } from "@/storage/storage";
import { uncoverFace } from "./avatars";
import { avatarAddress } from "./drawn";
import { eraseFile } from "./leftovers";
import { isMeantFor } from "./meant";

/** A file this person may do `action` with; "not found" for one they may not, and for one that is not there. */
export async function findFile(
  tx: Pick<Transaction, "file">,
  entry: Entry,
  action: Action,
  id: string,
  ...statuses: ("PENDING" | "READY")[]
) {
  const status = { in: statuses.length > 0 ? statuses : ["READY" as const] };
  const file = await tx.file.findFirst({
    where: { AND: [accessibleBy(entry.ability, action).ofType("File"), { id, status }] },
    select: {
      id: true,
      ownerId: true,
      provider: true,
      key: true,
      uploadKey: true,
      uploadExpiresAt: true,
      name: true,
      contentType: true,
      sizeBytes: true,
      partBytes: true,
      multipartId: true,
      status: true,
      jobId: true,
      kind: true,
      previewKey: true,
      organization: { select: { members: { where: { userId: entry.actor.userId }, select: { userId: true, role: true } } } },
    },
  });
  if (!file) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan(action, subject("File", file));
  return file;
}

/**
 * Takes a file away, or an upload of one's own that is not confirmed: the row says so at once, then the bytes go, then the row. If the store does not answer, or the upload
 * URL still lives, the row stays marked, seen by nobody, and the sweep finishes it.
 */
export async function removeFile(entry: Entry, id: string): Promise<void> {
  const file = await change(entry, async (tx, record) => {
    const found = await findFile(tx, entry, "delete", id, "READY", "PENDING");
    if (found.status === "PENDING" && (found.ownerId !== entry.actor.userId || found.jobId)) throw new AppError("not_found");
    const uploadExpiresAt = cleanUpAt(found);
    await tx.file.update({ where: { id }, data: { status: "DELETING", uploadExpiresAt }, select: { id: true } });
    await uncover(tx, found);
    if (found.kind === "AVATAR") await uncoverFace(tx, found.ownerId, avatarAddress(found));
    await record({
      action: "file.deleted",
      subjectType: "File",
      subjectId: id,
      before: { ownerId: found.ownerId, sizeBytes: Number(found.sizeBytes), contentType: found.contentType },
    });
    return found;
  });
  await eraseFile(file).catch(() => undefined);
}

/** A book or a post whose cover goes has none. */
async function uncover(tx: Transaction, { id, kind }: { id: string; kind: string }): Promise<void> {
  if (kind !== "COVER") return;
  const without = { where: { coverId: id }, data: { coverId: null } };
  await tx.book.updateMany(without);
  await tx.blogPost.updateMany(without);
}

/** A confirmation of an upload may be on its way, however old the upload: its row outlives that. */
function cleanUpAt(file: { status: string; uploadExpiresAt: Date | null; partBytes: number | null }): Date {
  const [now, end] = [new Date(), urlsEnd(file)];
  return end && (file.status !== "PENDING" || end > now) ? end : now;
}

/** When the last URL ends that an upload can have now: those of parts live for less than the upload may be taken up again. */
export function urlsEnd({ uploadExpiresAt, partBytes }: { uploadExpiresAt: Date | null; partBytes: number | null }): Date | null {
  if (uploadExpiresAt === null || partBytes === null) return uploadExpiresAt;
  const last = Date.now() + env().PRESIGNED_URL_EXPIRATION * 1000;
  return new Date(Math.min(last, uploadExpiresAt.getTime()));
}

/**
 * A link to the bytes for two minutes, or to be played for as long as PRESIGNED_URL_EXPIRATION, remembered in the audit log. It
 * ends with the session where the bytes are this machine's. Somebody else's need a reason, unless
 * they are shared with whoever asks; their owner sees each time and why among what was done in their account.
 */
export async function issueDownload(
  entry: Entry,
  id: string,
  { reason, disposition }: { reason?: string | undefined; disposition: "attachment" | "inline" },
): Promise<{ url: string }> {
  const file = await change(entry, async (tx, record) => {
    const found = await findFile(tx, entry, "download", id);
    const isMeant = isMeantFor(entry, found);
    if (!isMeant && !reason) throw new AppError("invalid", "reason_required");
    const { ownerId } = found;
    await record({ action: "file.download_url_issued", subjectType: "File", subjectId: id, after: { ownerId, reason: reason ?? null } });
    if (!isMeant && reason)
      await record({ action: "content.read_by_admin", subjectType: "User", subjectId: ownerId, after: { type: "File", id, reason } });
    return found;
  });
  return storageOf(file.provider).presignDownload(file.key, {
    filename: file.name,
    contentType: file.contentType,
    disposition,
    expiresIn: secondsFor(file.contentType, disposition),
    bearer: bearerOf(entry),
  });
}

/** A player asks for the next stretch by the same URL as long as somebody listens; anything else is fetched at once. */
function secondsFor(contentType: string, disposition: "attachment" | "inline"): number {
  const { PRESIGNED_URL_EXPIRATION } = env();
  const isPlayed = disposition === "inline" && /^(?:audio|video)\//.test(contentType);
  return isPlayed ? PRESIGNED_URL_EXPIRATION : Math.min(DOWNLOAD_SECONDS, PRESIGNED_URL_EXPIRATION);
}

/**
 * Many of one's own files as one ZIP archive, read from the store while it is sent; each is remembered in the audit log. Throws
 * "not_found" where one of them is not one's own, or gone. Breaks off with "unauthenticated" where the session ends meanwhile.
 */
export async function openFileArchive(entry: Entry, ids: string[]): Promise<Readable> {
  const files = await change(entry, async (tx, record) => {
    const found = await tx.file.findMany({
      where: {
        AND: [accessibleBy(entry.ability, "download").ofType("File"), { id: { in: ids }, ownerId: entry.actor.userId, status: "READY" }],
      },
      select: { id: true, name: true, key: true, provider: true, sizeBytes: true, ownerId: true },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    });
    if (found.length < new Set(ids).size) throw new AppError("not_found");
    const after = { ownerId: entry.actor.userId, reason: null };
    await record(found.map(({ id }) => ({ action: "file.download_url_issued", subjectType: "File", subjectId: id, after })));
    return found;
  });
  const stands = await watchStanding(entry);
  const archive = new Zip();
  for (const { name, key, provider, sizeBytes } of files)
    archive.add("", name, () => whileTrue(stands, objectBytes(storageOf(provider), key, Number(sizeBytes))));
  return archive.stream();
}

/** Asked of each piece: by what is known in memory. */
async function* whileTrue(stands: () => Promise<boolean>, pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (!(await stands())) throw new AppError("unauthenticated");
    yield piece;
  }
}
