import "server-only";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { db } from "@/lib/db";
import { decrypt, encrypt } from "@/lib/encryption";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";

const TYPE = "application/octet-stream";
const LABEL = "import-upload";
/** A large file over a slow line. */
const UPLOAD_SECONDS = 3_600;
/** What nobody came back for is removed after this. */
const ABANDONED_MS = 6 * 3_600_000;
const PREFIX = "imports/";
const RECEIVED = "people-jobs/received-";
/** What a job has read to its end holds passwords and secrets, and is of no use any more. */
const READ = {
  kind: "IMPORT" as const,
  status: { notIn: ["PENDING" as const, "RUNNING" as const] },
  params: { path: ["dryRun"], equals: false },
};

const ticketSchema = z.strictObject({ key: z.string(), sizeBytes: z.number(), until: z.number() });

/**
 * A URL that takes exactly this many bytes, and a ticket that says which: sealed for this person, so that nobody imports an object
 * they have not sent.
 */
export async function issueImportUpload(userId: string, sizeBytes: number) {
  // The time in the name is what the sweep goes by.
  const key = `${PREFIX}${Date.now().toString(36)}-${randomUUID()}`;
  const { url, method, headers } = await storage().presignUpload(key, { contentType: TYPE, sizeBytes, expiresIn: UPLOAD_SECONDS });
  const until = Date.now() + UPLOAD_SECONDS * 1_000;
  const ticket = encrypt(JSON.stringify({ key, sizeBytes, until }), { label: LABEL, owner: userId }, env().AUTH_SECRETS);
  return { url, method, headers, ticket };
}

/** Takes what was sent out of its URL's reach, and returns its key; throws AppError for a ticket that is none, and for bytes that are missing. */
export async function receiveImport(userId: string, ticket: string): Promise<{ objectKey: string; sizeBytes: number }> {
  const text = decrypt(ticket, { label: LABEL, owner: userId }, env().AUTH_SECRETS);
  const upload = text ? ticketSchema.parse(JSON.parse(text)) : null;
  if (!upload || upload.until < Date.now()) throw new AppError("conflict", "upload_missing");
  const objectKey = `${RECEIVED}${Date.now().toString(36)}-${randomUUID()}`;
  if (!(await storage().move(upload.key, objectKey))) throw new AppError("conflict", "upload_missing");
  const found = await storage().head(objectKey);
  if (found?.sizeBytes === upload.sizeBytes) return { objectKey, sizeBytes: upload.sizeBytes };
  await storage().delete(objectKey);
  throw new AppError("conflict", "upload_missing");
}

/** Lets go of files that were imported, and removes those that were sent and belong to no job. */
export async function sweepImportUploads(): Promise<void> {
  await db().peopleJob.updateMany({ where: { ...READ, objectKey: { not: null } }, data: { objectKey: null } });
  await sweepKeys(PREFIX, async (keys) => keys);
  // Received, but the job was not made: the process died between the two.
  await sweepKeys(RECEIVED, async (keys) => {
    const rows = await db().peopleJob.findMany({ where: { objectKey: { in: keys } }, select: { objectKey: true } });
    return keys.filter((key) => !rows.some(({ objectKey }) => objectKey === key));
  });
}

/** Deletes the abandoned objects below a prefix, of which the time stands in the name, that nothing is left to do with. */
async function sweepKeys(prefix: string, unused: (keys: string[]) => Promise<string[]>): Promise<void> {
  for (let cursor: string | undefined; ; ) {
    const { keys, cursor: next } = await storage().list(prefix, cursor);
    const old = keys.filter((key) => Number.parseInt(key.slice(prefix.length).split("-")[0] ?? "", 36) < Date.now() - ABANDONED_MS);
    for (const key of old.length > 0 ? await unused(old) : []) await storage().delete(key);
    if (!next) return;
    cursor = next;
  }
}
