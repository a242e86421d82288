import { randomUUID } from "node:crypto";
import { BlobSASPermissions } from "@azure/storage-blob";
import { type AzureContainer, endOf, orAbsent, reached } from "./azure-container";
import { assertContentType, assertExpiry, assertKey, assertPrefix } from "./key";
import { assertParts, assertUploadId, cursorOf, haveArrived, readCursor } from "./parts";
import type { Multipart, Part, PresignedPart } from "./storage";

/** Where blocks wait for the others: no key begins with a dot. */
const FOLDER = ".parts/";
const WRITE = BlobSASPermissions.parse("w");
const BLOCK = /^\d{5}$/;

/**
 * Uploads in parts to Azure: blocks of a blob beside, empty until the end, which is then copied to the key. Whoever has the URL
 * of a part may write that blob in any way until the URL ends, its length is not signed, and what they write is not believed:
 * `complete` takes exactly the blocks it was told, with their lengths, and no URL names the key. Azure itself forgets blocks
 * that nobody puts together within a week.
 */
export class AzureMultipart implements Multipart {
  constructor(private readonly container: AzureContainer) {}

  async begin(key: string, { contentType }: { contentType: string }): Promise<string> {
    assertKey(key);
    assertContentType(contentType);
    const uploadId = randomUUID();
    const options = { blobHTTPHeaders: { blobContentType: contentType }, abortSignal: this.container.deadline() };
    await reached(() => this.container.blob(nameOf(key, uploadId)).upload("", 0, options));
    return uploadId;
  }

  async presign(key: string, uploadId: string, parts: Part[], expiresIn: number): Promise<PresignedPart[]> {
    assertParts(parts);
    assertExpiry(expiresIn);
    const signed = this.container.sign(nameOf(key, uploadId), WRITE, endOf(expiresIn));
    return parts.map(({ number }) => {
      const url = new URL(signed);
      url.searchParams.set("comp", "block");
      url.searchParams.set("blockid", blockOf(number));
      return { number, url: url.href, method: "PUT", headers: {} };
    });
  }

  async arrived(key: string, uploadId: string): Promise<Part[] | null> {
    return (await this.#find(nameOf(key, uploadId)))?.waiting ?? null;
  }

  async complete(key: string, uploadId: string, parts: Part[]): Promise<"complete" | "incomplete" | "absent"> {
    assertParts(parts);
    const name = nameOf(key, uploadId);
    const found = await this.#find(name);
    if (!found) return "absent";
    let { etag } = found;
    if (haveArrived(parts, found.waiting)) {
      const options = { blobHTTPHeaders: { blobContentType: found.contentType }, abortSignal: this.container.deadline(true) };
      const ids = parts.map(({ number }) => blockOf(number));
      const joined = await orAbsent(() => this.container.blob(name, true).commitBlockList(ids, options));
      if (!joined) return "absent";
      etag = joined.etag;
      // Put together by a completion that ended before it was copied.
    } else if (!isEqual(parts, found.joined)) return "incomplete";
    // Of that tag, or not at all: it is what was just looked at.
    if (!(await this.container.copy(name, key, etag))) return "absent";
    await this.container.erase(name);
    return "complete";
  }

  async abort(key: string, uploadId: string): Promise<void> {
    await this.container.erase(nameOf(key, uploadId));
  }

  async list(prefix: string, cursor?: string): Promise<{ uploads: { key: string; uploadId: string }[]; cursor: string | null }> {
    assertPrefix(prefix);
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const page = await this.container.list(FOLDER + prefix, after && nameOf(after.key, after.uploadId));
    const uploads = page.names.map((name) => {
      const at = name.lastIndexOf("/");
      return { key: name.slice(FOLDER.length, at), uploadId: name.slice(at + 1) };
    });
    const last = uploads.at(-1);
    return { uploads, cursor: last && !page.isLast ? cursorOf(last) : null };
  }

  /** Blocks alone are no upload: a URL that outlives its upload brings some, which Azure forgets. */
  async #find(name: string): Promise<{ waiting: Part[]; joined: Part[]; contentType: string; etag: string | undefined } | null> {
    const abortSignal = this.container.deadline();
    const [found, blocks] = await Promise.all([
      this.container.properties(name),
      orAbsent(() => this.container.blob(name).getBlockList("all", { abortSignal })),
    ]);
    if (!found || !blocks) return null;
    const { contentType = "", etag } = found;
    return { waiting: partsIn(blocks.uncommittedBlocks), joined: partsIn(blocks.committedBlocks), contentType, etag };
  }
}

function nameOf(key: string, uploadId: string): string {
  assertKey(key);
  assertUploadId(uploadId);
  return `${FOLDER}${key}/${encodeURIComponent(uploadId)}`;
}

/** Azure wants ids of one length. */
function blockOf(number: number): string {
  return Buffer.from(String(number).padStart(5, "0")).toString("base64");
}

/** Blocks that are ours, in order: whoever has a URL may call one as they like. */
function partsIn(blocks: { name: string; size: number }[] = []): Part[] {
  const named = blocks.map(({ name, size }) => ({ name: Buffer.from(name, "base64").toString("latin1"), size }));
  return named
    .filter(({ name }) => BLOCK.test(name))
    .map(({ name, size }) => ({ number: Number(name), sizeBytes: size }))
    .sort((a, b) => a.number - b.number);
}

function isEqual(wanted: Part[], joined: Part[]): boolean {
  return wanted.length === joined.length && haveArrived(wanted, joined);
}
