import type { Readable } from "node:stream";
import { BlobSASPermissions } from "@azure/storage-blob";
import { AzureContainer, type AzureOptions, codeOf, endOf, orAbsent, reached } from "./azure-container";
import { AzureMultipart } from "./azure-multipart";
import { assertContentType, assertExpiry, assertKey, assertLength, assertMove, assertPrefix, assertRange, assertSize, isKey } from "./key";
import { presentation } from "./presentation";
import type { ObjectInfo, PresignedUpload, Storage, UploadLength } from "./storage";

const UPLOAD = BlobSASPermissions.parse("cw");
const DOWNLOAD = BlobSASPermissions.parse("r");

/**
 * A container of Azure Blob Storage. Bytes go between browser and store, never through us: the account's CORS rules must let
 * browsers PUT with `content-type` and `x-ms-blob-type`. URLs carry a service SAS, signed with the account's key.
 * A SAS signs the blob, the permission and the time, and for downloads the headers of the answer. It cannot sign what an upload
 * is: neither its length nor its type, and whoever may write a blob may write it in any way Azure knows, of any size, lease it
 * or copy into it, until the URL ends. So of an upload nothing is believed: it is moved out of the URL's reach and only then
 * looked at (`head`), as everywhere, and what is not as announced is removed.
 */
export class AzureStorage implements Storage {
  readonly provider = "AZURE";
  readonly multipart: AzureMultipart;
  readonly #container: AzureContainer;

  constructor(options: AzureOptions) {
    this.#container = new AzureContainer(options);
    this.multipart = new AzureMultipart(this.#container);
  }

  /** Neither length nor type is enforced: see above. */
  async presignUpload(key: string, options: { contentType: string; expiresIn: number } & UploadLength): Promise<PresignedUpload> {
    assertKey(key);
    assertContentType(options.contentType);
    assertLength(options);
    assertExpiry(options.expiresIn);
    const expiresAt = endOf(options.expiresIn);
    const url = this.#container.sign(key, UPLOAD, expiresAt).href;
    return { url, method: "PUT", headers: { "content-type": options.contentType, "x-ms-blob-type": "BlockBlob" }, expiresAt };
  }

  async presignDownload(
    key: string,
    options: { filename: string; contentType: string; disposition: "attachment" | "inline"; expiresIn: number },
  ): Promise<{ url: string; expiresAt: Date }> {
    assertKey(key);
    assertContentType(options.contentType);
    assertExpiry(options.expiresIn);
    const expiresAt = endOf(options.expiresIn);
    const answer = { ...presentation(options), cacheControl: "private, no-store" };
    return { url: this.#container.sign(key, DOWNLOAD, expiresAt, answer).href, expiresAt };
  }

  async put(key: string, body: Readable, { sizeBytes, contentType }: { sizeBytes: number; contentType: string }): Promise<void> {
    assertKey(key);
    assertSize(sizeBytes);
    assertContentType(contentType);
    const broken = new AbortController();
    body.once("error", () => broken.abort());
    const abortSignal = AbortSignal.any([this.#container.deadline(true, sizeBytes), broken.signal]);
    const options = { blobHTTPHeaders: { blobContentType: contentType }, abortSignal };
    await reached(() => this.#container.blob(key, true).upload(body, sizeBytes, options));
  }

  async head(key: string): Promise<ObjectInfo | null> {
    assertKey(key);
    const found = await this.#container.properties(key);
    return found && { sizeBytes: found.contentLength ?? 0, contentType: found.contentType ?? "application/octet-stream" };
  }

  async modifiedAt(key: string): Promise<Date | null> {
    assertKey(key);
    const found = await this.#container.properties(key);
    return found?.lastModified ?? null;
  }

  async readRange(key: string, start: number, end: number): Promise<Uint8Array | null> {
    assertKey(key);
    assertRange(start, end);
    const abortSignal = this.#container.deadline();
    try {
      return await orAbsent(async () => {
        const { readableStreamBody } = await this.#container.blob(key).download(start, end - start + 1, { abortSignal });
        const chunks: Buffer[] = [];
        for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
        return new Uint8Array(Buffer.concat(chunks));
      });
    } catch (error) {
      // From beyond its end there is nothing to read of an object, and nothing at all of an empty one.
      if (codeOf(error) === "InvalidRange") return new Uint8Array();
      throw error;
    }
  }

  async move(from: string, to: string): Promise<boolean> {
    assertMove(from, to);
    if (!(await this.#container.copy(from, to))) return false;
    await this.#container.erase(from);
    return true;
  }

  async delete(key: string): Promise<void> {
    assertKey(key);
    await this.#container.erase(key);
  }

  async list(prefix: string, cursor?: string): Promise<{ keys: string[]; cursor: string | null }> {
    assertPrefix(prefix);
    if (cursor !== undefined) assertKey(cursor);
    for (let after = cursor; ; ) {
      const { names, isLast } = await this.#container.list(prefix, after);
      // Names that are no keys are those of unfinished uploads, which come first, and what somebody put here by hand.
      const keys = names.filter(isKey);
      if (isLast || keys.length > 0) return { keys, cursor: isLast ? null : (keys.at(-1) ?? null) };
      after = names.at(-1);
    }
  }

  async check(): Promise<void> {
    await this.#container.check();
  }
}
