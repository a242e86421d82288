/** What may be done to one object, for how long, handed to somebody who has no other rights. */
export interface PresignedUpload {
  url: string;
  method: "PUT";
  /** Signed: the store refuses an upload that does not carry exactly these. */
  headers: Record<string, string>;
  expiresAt: Date;
}

export interface ObjectInfo {
  sizeBytes: number;
  contentType: string;
}

/**
 * A private store of objects by key. Every driver keeps the same promises, proven by tests/storage.test.ts:
 * a URL is good for one key, one method and a limited time; an upload has exactly the length and type that were signed;
 * an object is whole or absent, never half-written. Keys are chosen by us, never by a caller (`owner/uuid`).
 */
export interface Storage {
  readonly provider: "LOCAL" | "S3" | "AZURE" | "GCS";
  /** URL for one PUT of exactly `sizeBytes` bytes of `contentType`. */
  presignUpload(key: string, options: { contentType: string; sizeBytes: number; expiresIn: number }): Promise<PresignedUpload>;
  /** URL for GETs of the object, answered with this type and Content-Disposition. `expiresIn` in seconds, 1 to 3600. */
  presignDownload(key: string, options: { filename: string; contentType: string; disposition: "attachment" | "inline"; expiresIn: number }): Promise<{ url: string; expiresAt: Date }>;
  /** Size and type, or null when there is no such object. */
  head(key: string): Promise<ObjectInfo | null>;
  /** The bytes from `start` to `end` inclusive, fewer at the end of the object; null when there is no such object. */
  readRange(key: string, start: number, end: number): Promise<Uint8Array | null>;
  /** Removes the object; succeeds when there is none. */
  delete(key: string): Promise<void>;
  /** Keys below `prefix` in order, a page at a time; `cursor` is the last key of the page before. */
  list(prefix: string, cursor?: string): Promise<{ keys: string[]; cursor: string | null }>;
  /** Throws when the store cannot be reached or refuses us. */
  check(): Promise<void>;
}
