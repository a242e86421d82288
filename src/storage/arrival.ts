import { randomUUID } from "node:crypto";
import { SNIFF_HEAD_BYTES, SNIFF_TAIL_BYTES, sniff } from "./content-type";
import type { Storage } from "./storage";

/**
 * Takes what an upload URL brought out of its reach, to a key that no URL for uploads ever names and no other confirmation
 * uses, and returns that key; null when nothing has arrived. One key for all would not do: of two confirmations at once the
 * slower one could move other bytes over those the faster one has looked at.
 */
export async function receive(store: Storage, uploadKey: string): Promise<string | null> {
  const key = `${uploadKey}-${randomUUID()}`;
  if (await store.move(uploadKey, key)) return key;
  // Moved already, by a confirmation that a crash ended or that runs beside this one: nobody writes to its key again.
  const { keys } = await store.list(`${uploadKey}-`);
  // What was made of it may lie beside it (features/files/confirm.ts), under a name of another length.
  return keys.find((found) => found.length === key.length) ?? null;
}

/** What is wrong with the object that arrived, as a message key; null when it is what was announced. */
export async function inspect(
  store: Storage,
  key: string,
  contentType: string,
  sizeBytes: number,
): Promise<"upload_missing" | "upload_incomplete" | "type_mismatch" | null> {
  const found = await store.head(key);
  if (!found) return "upload_missing";
  if (found.sizeBytes !== sizeBytes || found.contentType !== contentType) return "upload_incomplete";
  const head = await store.readRange(key, 0, SNIFF_HEAD_BYTES - 1);
  const tail = sizeBytes > SNIFF_HEAD_BYTES ? await store.readRange(key, Math.max(0, sizeBytes - SNIFF_TAIL_BYTES), sizeBytes - 1) : null;
  if (!head) return "upload_missing";
  const { ok } = await sniff(head, contentType, tail ?? undefined);
  return ok ? null : "type_mismatch";
}
