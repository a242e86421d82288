import "server-only";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storageOf } from "@/storage";
import { partsOf } from "@/storage/parts";
import type { Part } from "@/storage/storage";
import { findFile } from "./changes";

type File = Awaited<ReturnType<typeof findFile>>;

/** The parts of a file that comes in parts; "not found" for one that does not. */
function partsOfFile({ sizeBytes, partBytes }: Pick<File, "sizeBytes" | "partBytes">): Part[] {
  if (partBytes === null) throw new AppError("not_found");
  return partsOf(Number(sizeBytes), partBytes);
}

/** URLs for these parts of an upload of one's own that is not confirmed, remembered in the audit log. */
export async function issueParts(entry: Entry, id: string, numbers: number[]) {
  const { file, parts } = await change(entry, async (tx, record) => {
    const found = await findFile(tx, entry, "create", id, "PENDING");
    if (!found.uploadExpiresAt || found.uploadExpiresAt < new Date()) throw new AppError("conflict", "upload_missing");
    const wanted = new Set(numbers);
    const parts = partsOfFile(found).filter(({ number }) => wanted.has(number));
    if (parts.length < wanted.size) throw new AppError("invalid");
    await record({ action: "file.upload_url_issued", subjectType: "File", subjectId: id, after: { parts: numbers.join(" ") } });
    return { file: found, parts };
  });
  return storageOf(file.provider).multipart.presign(file.key, await begun(file), parts, env().PRESIGNED_URL_EXPIRATION);
}

/** What has arrived of an upload of one's own, with the length it should have, and how it is cut. */
export async function arrivedParts(entry: Entry, id: string): Promise<{ partBytes: number; arrived: number[] }> {
  const file = await findFile(db(), entry, "create", id, "PENDING");
  const wanted = new Map(partsOfFile(file).map(({ number, sizeBytes }) => [number, sizeBytes]));
  const there = file.multipartId ? await storageOf(file.provider).multipart.arrived(file.key, file.multipartId) : null;
  const arrived = (there ?? []).filter(({ number, sizeBytes }) => wanted.get(number) === sizeBytes);
  return { partBytes: file.partBytes ?? 0, arrived: arrived.map(({ number }) => number) };
}

/** Puts the parts together and returns the key, which no URL names; null when one has not arrived. What is there already stays as it is. */
export async function joinParts(file: Pick<File, "provider" | "key" | "multipartId" | "sizeBytes" | "partBytes">): Promise<string | null> {
  if (!file.multipartId) return null;
  const outcome = await storageOf(file.provider).multipart.complete(file.key, file.multipartId, partsOfFile(file));
  return outcome === "incomplete" ? null : file.key;
}

/** The store's upload for the file, begun by whoever needs it first. */
async function begun({ id, provider, key, contentType, multipartId }: File): Promise<string> {
  if (multipartId) return multipartId;
  const { multipart } = storageOf(provider);
  const fresh = await multipart.begin(key, { contentType });
  const { count } = await db().file.updateMany({ where: { id, status: "PENDING", multipartId: null }, data: { multipartId: fresh } });
  if (count > 0) return fresh;
  await multipart.abort(key, fresh);
  const row = await db().file.findFirst({ where: { id, status: "PENDING" }, select: { multipartId: true } });
  if (!row?.multipartId) throw new AppError("not_found");
  return row.multipartId;
}
