import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assertContentType, assertExpiry, assertKey, assertPrefix } from "./key";
import { assertParts, assertUploadId, cursorOf, haveArrived, readCursor } from "./parts";
import { codeOf, reached } from "./s3-answers";
import type { Multipart, Part, PresignedPart } from "./storage";

const SIGNED = new Set(["content-length", "host"]);

interface Options {
  client: S3Client;
  /** Asks once and waits longer, for what takes the store time. */
  patient: S3Client;
  bucket: string;
  pageSize: number;
  deadline(isPatient?: boolean): { abortSignal: AbortSignal };
}

/**
 * S3's own uploads in parts. The length of each part is signed. Their tags are asked of the store at the end, so that the
 * browser need not be allowed to see them. It needs AbortMultipartUpload and ListMultipartUploadParts on the objects and
 * ListBucketMultipartUploads on the bucket, beside what S3Storage does. A part that comes after the end is refused; OpenStack
 * Swift takes one as long as its URL lives, and then refuses to read the object: it notices that it is another, and never shows it.
 */
export class S3Multipart implements Multipart {
  constructor(private readonly options: Options) {}

  async begin(key: string, { contentType }: { contentType: string }): Promise<string> {
    assertKey(key);
    assertContentType(contentType);
    const { client, bucket, deadline } = this.options;
    const command = new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: contentType });
    const { UploadId = "" } = await reached(() => client.send(command, deadline()));
    assertUploadId(UploadId);
    return UploadId;
  }

  async presign(key: string, uploadId: string, parts: Part[], expiresIn: number): Promise<PresignedPart[]> {
    assertKey(key);
    assertUploadId(uploadId);
    assertParts(parts);
    assertExpiry(expiresIn);
    const { client, bucket } = this.options;
    const sign = async ({ number, sizeBytes }: Part): Promise<PresignedPart> => {
      const part = { Bucket: bucket, Key: key, UploadId: uploadId, PartNumber: number, ContentLength: sizeBytes };
      const url = await reached(() => getSignedUrl(client, new UploadPartCommand(part), { expiresIn, signableHeaders: SIGNED }));
      return { number, url, method: "PUT", headers: {} };
    };
    return Promise.all(parts.map(sign));
  }

  async arrived(key: string, uploadId: string): Promise<Part[] | null> {
    const parts = await this.#arrived(key, uploadId);
    return parts?.map(({ number, sizeBytes }) => ({ number, sizeBytes })) ?? null;
  }

  async complete(key: string, uploadId: string, parts: Part[]): Promise<"complete" | "incomplete" | "absent"> {
    assertParts(parts);
    const arrived = await this.#arrived(key, uploadId);
    if (!arrived) return "absent";
    if (!haveArrived(parts, arrived)) return "incomplete";
    const tags = new Map(arrived.map(({ number, tag }) => [number, tag]));
    const { patient, bucket, deadline } = this.options;
    const command = new CompleteMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts.map(({ number }) => ({ PartNumber: number, ETag: tags.get(number) })) },
    });
    try {
      await reached(() => patient.send(command, deadline(true)));
    } catch (error) {
      if (codeOf(error) === "NoSuchUpload") return "absent";
      // Another one of the number arrived after it was looked for.
      if (codeOf(error) === "InvalidPart") return "incomplete";
      throw error;
    }
    return "complete";
  }

  async abort(key: string, uploadId: string): Promise<void> {
    assertKey(key);
    assertUploadId(uploadId);
    const { client, bucket, deadline } = this.options;
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
    try {
      await reached(() => client.send(command, deadline()));
    } catch (error) {
      // Swift says NoSuchKey of one that was completed.
      if (codeOf(error) !== "NoSuchUpload" && codeOf(error) !== "NoSuchKey") throw error;
    }
  }

  async list(prefix: string, cursor?: string): Promise<{ uploads: { key: string; uploadId: string }[]; cursor: string | null }> {
    assertPrefix(prefix);
    const { client, bucket, pageSize, deadline } = this.options;
    const after = cursor === undefined ? null : readCursor(cursor);
    const command = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix,
      KeyMarker: after?.key,
      UploadIdMarker: after?.uploadId,
      MaxUploads: pageSize,
    });
    const page = await reached(() => client.send(command, deadline()));
    const uploads = (page.Uploads ?? []).flatMap(({ Key: key, UploadId: uploadId }) => (key && uploadId ? { key, uploadId } : []));
    const last = uploads.at(-1);
    return { uploads, cursor: page.IsTruncated && last ? cursorOf(last) : null };
  }

  async #arrived(key: string, uploadId: string): Promise<(Part & { tag: string | undefined })[] | null> {
    assertKey(key);
    assertUploadId(uploadId);
    const { client, bucket, deadline } = this.options;
    const parts: (Part & { tag: string | undefined })[] = [];
    for (let marker: string | undefined; ; ) {
      const command = new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: uploadId, PartNumberMarker: marker });
      try {
        const page = await reached(() => client.send(command, deadline()));
        for (const { PartNumber: number = 0, Size: sizeBytes = 0, ETag: tag } of page.Parts ?? []) parts.push({ number, sizeBytes, tag });
        if (!page.IsTruncated) return parts;
        marker = page.NextPartNumberMarker;
      } catch (error) {
        if (codeOf(error) === "NoSuchUpload") return null;
        throw error;
      }
    }
  }
}
