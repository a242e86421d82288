import { isAbsent, onDisk } from "./disk-errors";
import { assertContentType, assertExpiry, assertKey, assertPrefix } from "./key";
import type { ObjectFiles } from "./object-files";
import type { PartFiles } from "./part-files";
import { assertParts, assertUploadId, cursorOf, haveArrived, readCursor } from "./parts";
import type { UrlSigner } from "./signed-url";
import type { Multipart, Part, PresignedPart } from "./storage";

/** Uploads in parts to the LOCAL store: the length of each part is signed, and a file is joined from them as `put` writes one. */
export class LocalMultipart implements Multipart {
  constructor(
    private readonly files: ObjectFiles,
    private readonly parts: PartFiles,
    private readonly signer: UrlSigner,
    private readonly pageSize: number,
  ) {}

  async begin(key: string, { contentType }: { contentType: string }): Promise<string> {
    assertKey(key);
    assertContentType(contentType);
    return onDisk(() => this.parts.begin({ key, contentType }));
  }

  async presign(key: string, uploadId: string, parts: Part[], expiresIn: number): Promise<PresignedPart[]> {
    assertKey(key);
    assertUploadId(uploadId);
    assertParts(parts);
    assertExpiry(expiresIn);
    const expiresAt = Date.now() + expiresIn * 1000;
    return parts.map(({ number, sizeBytes }) => ({
      number,
      url: this.signer.url({ method: "PUT", key, expiresAt, uploadId, part: number, sizeBytes }),
      method: "PUT",
      headers: {},
    }));
  }

  async arrived(key: string, uploadId: string): Promise<Part[] | null> {
    assertKey(key);
    assertUploadId(uploadId);
    return onDisk(async () => ((await this.parts.find(key, uploadId)) ? this.parts.arrived(uploadId) : null));
  }

  async complete(key: string, uploadId: string, parts: Part[]): Promise<"complete" | "incomplete" | "absent"> {
    assertKey(key);
    assertUploadId(uploadId);
    assertParts(parts);
    return onDisk(async () => {
      const about = await this.parts.find(key, uploadId);
      if (!about) return "absent";
      if (!haveArrived(parts, await this.parts.arrived(uploadId))) return "incomplete";
      const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
      try {
        await this.files.write(key, this.parts.read(uploadId, parts), { sizeBytes }, about.contentType);
      } catch (error) {
        // Another completion, or whoever gave it up, was first.
        if (isAbsent(error) && !(await this.parts.find(key, uploadId))) return "absent";
        throw error;
      }
      await this.parts.remove(uploadId);
      return "complete";
    });
  }

  async abort(key: string, uploadId: string): Promise<void> {
    assertKey(key);
    assertUploadId(uploadId);
    await onDisk(async () => {
      if (await this.parts.find(key, uploadId)) await this.parts.remove(uploadId);
    });
  }

  async list(prefix: string, cursor?: string): Promise<{ uploads: { key: string; uploadId: string }[]; cursor: string | null }> {
    assertPrefix(prefix);
    if (cursor !== undefined) readCursor(cursor);
    const all = await onDisk(() => this.parts.list(prefix));
    const from = cursor === undefined ? 0 : all.findIndex((upload) => cursorOf(upload) > cursor);
    const rest = from === -1 ? [] : all.slice(from);
    const uploads = rest.slice(0, this.pageSize);
    const last = uploads.at(-1);
    return { uploads, cursor: last && rest.length > uploads.length ? cursorOf(last) : null };
  }
}
