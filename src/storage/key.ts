import type { UploadLength } from "./storage";

const SEGMENT = "[a-z0-9][a-z0-9-]{0,99}";
const KEY = new RegExp(`^${SEGMENT}/${SEGMENT}$`);
const PREFIX = /^(?:[a-z0-9][a-z0-9-]{0,99}(?:\/[a-z0-9-]{0,100})?)?$/;
const CONTENT_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*(?:; ?charset=[a-z0-9-]+)?$/;
const MAX_PUT_BYTES = 5_000_000_000;
const MAX_EXPIRES_SECONDS = 3600;

/** Whether `key` is `owner/name` in lower-case letters, digits and hyphens: safe as a path, a URL and an S3 key without escaping, on file systems that ignore case too. */
export function isKey(key: string): boolean {
  return KEY.test(key);
}

/** Throws TypeError unless `isKey(key)`; the message does not repeat the key. */
export function assertKey(key: string): void {
  if (!isKey(key)) throw new TypeError("storage: a key is `owner/name` in lower-case letters, digits and hyphens");
}

/** Throws TypeError unless `from` and `to` are two keys: S3 refuses to copy an object to itself, and removing it would lose it. */
export function assertMove(from: string, to: string): void {
  assertKey(from);
  assertKey(to);
  if (from === to) throw new TypeError("storage: an object moves to another key");
}

/** Throws TypeError unless `prefix` can begin a key; the empty prefix means all keys. */
export function assertPrefix(prefix: string): void {
  if (!PREFIX.test(prefix)) throw new TypeError("storage: a prefix is the beginning of a key");
}

/** Throws TypeError unless a URL may live that long: whole seconds, 1 to 3,600. */
export function assertExpiry(expiresIn: number): void {
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_EXPIRES_SECONDS)
    throw new TypeError("storage: a URL lives 1 to 3600 seconds");
}

/** Throws TypeError unless `sizeBytes` is what one PUT may carry: 0 to 5,000,000,000 bytes (S3's limit is 5 GiB). */
export function assertSize(sizeBytes: number): void {
  if (!Number.isInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > MAX_PUT_BYTES)
    throw new TypeError("storage: a size is 0 to 5000000000 bytes");
}

/** Throws TypeError unless `length` is a size, or a maximum that is one: not both, and not neither. */
export function assertLength({ sizeBytes, maxBytes }: UploadLength): void {
  if ((sizeBytes === undefined) === (maxBytes === undefined)) throw new TypeError("storage: an upload has a size or a maximum");
  assertSize(sizeBytes ?? maxBytes);
}

/** Throws TypeError unless `contentType` is a media type in lower case (RFC 9110, 8.3.1), at most with a charset. */
export function assertContentType(contentType: string): void {
  if (contentType.length > 200 || !CONTENT_TYPE.test(contentType)) throw new TypeError("storage: not a media type");
}

/** Throws TypeError unless `start` and `end` are byte positions in order. */
export function assertRange(start: number, end: number): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
    throw new TypeError("storage: a range is two byte positions in order");
}
