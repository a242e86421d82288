import type { Readable } from "node:stream";

/** Seconds a URL for a download lives: it is followed at once, and what it began goes on when it is over. Where bytes are asked for again and again, as by a player, it lives longer. */
export const DOWNLOAD_SECONDS = 120;

/** What may be done to one object, for how long, handed to somebody who has no other rights. */
export interface PresignedUpload {
  /** Absolute at a foreign store, a path of this site at the LOCAL driver: resolve it against the site's address. */
  url: string;
  method: "PUT";
  /** Signed: the store refuses an upload that does not carry exactly these. The length, signed too, is the browser's to send. */
  headers: Record<string, string>;
  expiresAt: Date;
}

/** How long an upload is: exactly, or at most, where nobody knows before it is made. In bytes. */
export type UploadLength = { sizeBytes: number; maxBytes?: never } | { maxBytes: number; sizeBytes?: never };

/** A part of a file that is uploaded in parts: its number, from 1, and its length in bytes. */
export interface Part {
  number: number;
  sizeBytes: number;
}

/** Where one part is put: `url` as in PresignedUpload, and no header but `headers`, above all no content-type. */
export interface PresignedPart {
  number: number;
  url: string;
  method: "PUT";
  headers: Record<string, string>;
}

export interface ObjectInfo {
  sizeBytes: number;
  contentType: string;
}

/**
 * The store cannot be reached, is full, answers too late or refuses us: nothing the caller did, worth trying again. The
 * door answers 503. `cause` says what happened, for the log only.
 */
export class StorageUnavailable extends Error {
  override readonly name = "StorageUnavailable";
}

/**
 * A private store of objects by key. Every driver keeps the same promises, proven by tests/storage.test.ts:
 * a URL is good for one key, one method and a limited time; an upload has exactly the length and type that were signed;
 * an object is whole or absent, never half-written. Keys are chosen by us, never by a caller (`owner/uuid`). Every method
 * throws StorageUnavailable when the store fails, and TypeError for a key or option that no correct caller passes.
 */
export interface Storage {
  readonly provider: "LOCAL" | "S3" | "AZURE" | "GCS";
  /**
   * URL for PUTs of exactly `sizeBytes` bytes of `contentType`. It may be used again as long as it lives, and the last upload to
   * end counts, of those that a driver does not refuse with 409 because one is under way; so what it names is looked at only after a `move` to a key that no such URL names.
   * With `maxBytes` the length is any up to it: LOCAL refuses more, but no other store can sign a maximum, so whoever takes the
   * object in asks `head` for its size.
   */
  presignUpload(key: string, options: { contentType: string; expiresIn: number } & UploadLength): Promise<PresignedUpload>;
  /**
   * URL for GETs of the object, answered with this type and Content-Disposition; text kinds are labelled UTF-8, and a type
   * that can carry script is an attachment whatever was asked. `expiresIn` in seconds, 1 to 3600. Of a URL made for a `bearer`
   * LOCAL asks whoever serves it whether that one is still welcome; no other store can be asked to.
   */
  presignDownload(
    key: string,
    options: { filename: string; contentType: string; disposition: "attachment" | "inline"; expiresIn: number; bearer?: string },
  ): Promise<{ url: string; expiresAt: Date }>;
  /** Stores exactly `sizeBytes` of `body` ourselves, for what the site makes; whole or not at all, in place of what is there. */
  put(key: string, body: Readable, options: { sizeBytes: number; contentType: string }): Promise<void>;
  /** Size and type, or null when there is no such object. */
  head(key: string): Promise<ObjectInfo | null>;
  /** When the object was last written, by the store's clock; null when there is no such object. */
  modifiedAt(key: string): Promise<Date | null>;
  /** The bytes from `start` to `end` inclusive, fewer at the end of the object; null when there is no such object. */
  readRange(key: string, start: number, end: number): Promise<Uint8Array | null>;
  /**
   * Gives the object another key, with its bytes and type, in place of what is there; false when there is nothing at `from`.
   * Whole or absent: `to` has all of it or is as it was, and `from` goes only once `to` has it. After an error it may lie at
   * either or both, and a copy nobody waits for may still reach `to`: try again with another `to`, never with the same.
   */
  move(from: string, to: string): Promise<boolean>;
  /** Removes the object; succeeds when there is none. */
  delete(key: string): Promise<void>;
  /** Keys below `prefix` in byte order, a page at a time; `cursor` is the last key of the page before. */
  list(prefix: string, cursor?: string): Promise<{ keys: string[]; cursor: string | null }>;
  /** Throws when the store cannot be reached or refuses us. */
  check(): Promise<void>;
  /** Uploads in parts, for files that one request would be too long for. */
  readonly multipart: Multipart;
}

/**
 * Uploads in parts. Nothing is at `key` until `complete` has put all of it there, and from then on no URL of a part changes it:
 * what it holds may be looked at where it lies, unlike what `presignUpload` names. Throws as Storage does.
 */
export interface Multipart {
  /** The id of a new upload; any number of them may be under way for one key. */
  begin(key: string, options: { contentType: string }): Promise<string>;
  /** URLs for these parts, each for PUTs of exactly its length where the store can sign one (`complete` looks at all of them). The last to arrive of a number counts. */
  presign(key: string, uploadId: string, parts: Part[], expiresIn: number): Promise<PresignedPart[]>;
  /** The parts that are there, in order; null when there is no such upload, or no longer. */
  arrived(key: string, uploadId: string): Promise<Part[] | null>;
  /**
   * Makes one object of exactly these parts. "incomplete" when one is missing or of another length, and nothing has changed;
   * "absent" when there is no such upload: aborted, or completed, maybe by a call whose answer got lost, so that `head` says which.
   */
  complete(key: string, uploadId: string, parts: Part[]): Promise<"complete" | "incomplete" | "absent">;
  /** Forgets the upload with its parts; succeeds when there is none. */
  abort(key: string, uploadId: string): Promise<void>;
  /** Unfinished uploads to keys below `prefix`, by key, a page at a time. */
  list(prefix: string, cursor?: string): Promise<{ uploads: { key: string; uploadId: string }[]; cursor: string | null }>;
}
