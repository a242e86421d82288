import { assertKey } from "./key";
import type { Part } from "./storage";

const MAX_PARTS = 10_000;
const MIB = 1024 * 1024;
const [SMALL_PART_BYTES, PART_BYTES] = [8 * MIB, 16 * MIB];
const MAX_SMALL_PARTS = 64;
const MAX_PART_BYTES = 5_000_000_000;
/** Every store's own form: S3's are long, and none holds a space, which keeps it apart from the key in a cursor. */
const UPLOAD_ID = /^[\x21-\x7e]{1,1024}$/;

/**
 * Bytes of each part but the last of a file of `sizeBytes`: 8 MiB, above every store's least (5 MiB) and little enough that a line
 * that breaks early has brought some of them; 16 MiB where that were more than 64 parts, each of which costs a URL, and more only
 * where 10,000 parts, the most that S3 takes, would not do.
 */
export function partBytesFor(sizeBytes: number): number {
  if (sizeBytes <= MAX_SMALL_PARTS * SMALL_PART_BYTES) return SMALL_PART_BYTES;
  return Math.max(PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
}

/** The parts of a file of `sizeBytes`, each of `partBytes` and the last of what is left. */
export function partsOf(sizeBytes: number, partBytes: number): Part[] {
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, n) => ({
    number: n + 1,
    sizeBytes: Math.min(partBytes, sizeBytes - n * partBytes),
  }));
}

/** Whether every part of `wanted` is among those that arrived, with its length. */
export function haveArrived(wanted: Part[], arrived: Part[]): boolean {
  const sizes = new Map(arrived.map(({ number, sizeBytes }) => [number, sizeBytes]));
  return wanted.every(({ number, sizeBytes }) => sizes.get(number) === sizeBytes);
}

/** Throws TypeError unless `uploadId` could be one that a store gave out. */
export function assertUploadId(uploadId: string): void {
  if (!UPLOAD_ID.test(uploadId)) throw new TypeError("storage: not the id of an upload in parts");
}

/** Throws TypeError unless these are parts in order, 1 to 10,000, none empty. */
export function assertParts(parts: Part[]): void {
  const good = parts.every(
    ({ number, sizeBytes }, n) =>
      Number.isInteger(number) &&
      number > (parts[n - 1]?.number ?? 0) &&
      number <= MAX_PARTS &&
      Number.isInteger(sizeBytes) &&
      sizeBytes > 0 &&
      sizeBytes <= MAX_PART_BYTES,
  );
  if (parts.length === 0 || !good) throw new TypeError("storage: parts are numbered from 1 to 10000, in order, and have a length");
}

/** A place in a list of unfinished uploads, which is ordered by key and then by id. */
export function cursorOf({ key, uploadId }: { key: string; uploadId: string }): string {
  return `${key} ${uploadId}`;
}

/** What `cursorOf` made, taken apart; throws TypeError for anything else. */
export function readCursor(cursor: string): { key: string; uploadId: string } {
  const [key = "", uploadId = ""] = cursor.split(" ", 2);
  assertKey(key);
  assertUploadId(uploadId);
  return { key, uploadId };
}
