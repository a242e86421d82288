import type { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assertContentType, assertExpiry, assertKey, assertLength, assertMove, assertPrefix, assertRange, assertSize } from "./key";
import { presentation } from "./presentation";
import { codeOf, reached, statusOf } from "./s3-answers";
import { S3Multipart } from "./s3-multipart";
import { S3Presigner } from "./s3-presigner";
import type { ObjectInfo, PresignedUpload, Storage, UploadLength } from "./storage";

const CONNECT_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 3;
/** How much longer than other calls a copy may take: the store reads and writes up to 5 GB for it. */
const COPY_PATIENCE = 4;
/** What a slow line carries while other calls would be given up: 1 MB a second. */
const SLOWEST_PUT_BYTES = 15_000_000;
const QUIET = { trace: noop, debug: noop, info: noop, warn: noop, error: noop };
const NODE_NOTICE = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";

export interface S3Options {
  /** Whose files these are called; GCS speaks the same protocol at its own endpoint. */
  provider?: "S3" | "GCS";
  bucket: string;
  region: string;
  /** Another server than Amazon's. */
  endpoint?: string | undefined;
  /** Bucket in the path instead of the host name. */
  forcePathStyle?: boolean | undefined;
  /** Unset: the SDK's own chain (environment, profile, role). */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Keys a page of `list`, at most 1,000; fewer in tests. */
  pageSize?: number;
  /** Longest a call may take, retries included, and a quarter of what a copy may; 15 s unless a test is in a hurry. */
  timeoutMs?: number;
}

/**
 * A bucket at Amazon S3 or a server that speaks its protocol. Bytes go between browser and store, never through us. It
 * needs GetObject, PutObject and DeleteObject on the objects and ListBucket on the bucket, without which S3 answers 403
 * for an object that is missing and nobody could tell absent from forbidden. The bucket's CORS rules must let browsers PUT
 * with a `content-type`. Of Google Cloud Storage it uses the XML API with HMAC keys, which has all of this. Nothing else is asked of the store: no conditional writes, no rules for the life of objects.
 */
export class S3Storage implements Storage {
  readonly provider: "S3" | "GCS";
  readonly multipart: S3Multipart;
  readonly #client: S3Client;
  readonly #copier: S3Client;
  readonly #presigner: S3Presigner;
  readonly #bucket: string;
  readonly #pageSize: number;
  readonly #timeoutMs: number;

  constructor(options: S3Options) {
    this.provider = options.provider ?? "S3";
    this.#bucket = options.bucket;
    this.#pageSize = options.pageSize ?? 1000;
    this.#timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#client = connect(options, MAX_ATTEMPTS, this.#timeoutMs);
    this.#presigner = new S3Presigner(this.#client, options.bucket);
    // Asked again, the first request could still be under way, and read what an upload URL has put at the source meanwhile.
    this.#copier = connect(options, 1, COPY_PATIENCE * this.#timeoutMs);
    this.multipart = new S3Multipart({
      client: this.#client,
      patient: this.#copier,
      bucket: this.#bucket,
      pageSize: this.#pageSize,
      deadline: (isPatient) => this.#deadline(isPatient ? COPY_PATIENCE : 1),
    });
  }

  /** `maxBytes` is not enforced: SigV4 signs one length or none. */
  async presignUpload(key: string, options: { contentType: string; expiresIn: number } & UploadLength): Promise<PresignedUpload> {
    assertKey(key);
    assertContentType(options.contentType);
    assertLength(options);
    assertExpiry(options.expiresIn);
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ContentType: options.contentType,
      ContentLength: options.sizeBytes,
    });
    const expiresAt = new Date(Date.now() + options.expiresIn * 1000);
    // What is not signed may be left away. The presigner leaves content-type out unless it is named here; the others it signs anyway.
    const signableHeaders = new Set(["content-type", "content-length", "host"]);
    const url = await reached(() => getSignedUrl(this.#client, command, { expiresIn: options.expiresIn, signableHeaders }));
    return { url, method: "PUT", headers: { "content-type": options.contentType }, expiresAt };
  }

  async presignDownload(
    key: string,
    options: { filename: string; contentType: string; disposition: "attachment" | "inline"; expiresIn: number },
  ): Promise<{ url: string; expiresAt: Date }> {
    assertKey(key);
    assertContentType(options.contentType);
    assertExpiry(options.expiresIn);
    const { contentType, contentDisposition } = presentation(options);
    const expiresAt = new Date(Date.now() + options.expiresIn * 1000);
    const headers = { contentType, contentDisposition, cacheControl: "private, no-store" };
    return { url: await reached(() => this.#presigner.download(key, headers, options.expiresIn)), expiresAt };
  }

  async put(key: string, body: Readable, { sizeBytes, contentType }: { sizeBytes: number; contentType: string }): Promise<void> {
    assertKey(key);
    assertSize(sizeBytes);
    assertContentType(contentType);
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      ContentLength: sizeBytes,
      ContentType: contentType,
    });
    const patience = COPY_PATIENCE + Math.ceil(sizeBytes / SLOWEST_PUT_BYTES);
    const { abortSignal } = this.#deadline(patience);
    const broken = new AbortController();
    // The SDK pipes the body into its request and leaves it hanging when the body fails.
    body.once("error", () => broken.abort());
    const limits = { abortSignal: AbortSignal.any([abortSignal, broken.signal]), requestTimeout: patience * this.#timeoutMs };
    await reached(() => this.#copier.send(command, limits));
  }

  async head(key: string): Promise<ObjectInfo | null> {
    const found = await this.#find(key);
    return found && { sizeBytes: found.ContentLength ?? 0, contentType: found.ContentType ?? "application/octet-stream" };
  }

  async modifiedAt(key: string): Promise<Date | null> {
    return (await this.#find(key))?.LastModified ?? null;
  }

  async readRange(key: string, start: number, end: number): Promise<Uint8Array | null> {
    assertKey(key);
    assertRange(start, end);
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range: `bytes=${start}-${end}` });
    try {
      return await reached(async () => {
        const { Body } = await this.#client.send(command, this.#deadline());
        return Body ? await Body.transformToByteArray() : new Uint8Array();
      });
    } catch (error) {
      if (codeOf(error) === "NoSuchKey") return null;
      // From beyond its end there is nothing to read of an object, and nothing at all of an empty one.
      if (statusOf(error) === 416) return new Uint8Array();
      throw error;
    }
  }

  async move(from: string, to: string): Promise<boolean> {
    assertMove(from, to);
    const source = [this.#bucket, ...from.split("/")].map(encodeURIComponent).join("/");
    // Type and other metadata come along: that is what CopyObject does unless told otherwise.
    const command = new CopyObjectCommand({ Bucket: this.#bucket, Key: to, CopySource: source });
    try {
      await reached(() => this.#copier.send(command, this.#deadline(COPY_PATIENCE)));
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      // Swift calls a source that goes while it looks a missing bucket: whether that is so is asked by itself.
      await this.check();
      return false;
    }
    await this.delete(from);
    return true;
  }

  async delete(key: string): Promise<void> {
    assertKey(key);
    try {
      await reached(() => this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), this.#deadline()));
    } catch (error) {
      // S3 answers 204 for an absent object, some other servers 404.
      if (codeOf(error) !== "NoSuchKey") throw error;
    }
  }

  async list(prefix: string, cursor?: string): Promise<{ keys: string[]; cursor: string | null }> {
    assertPrefix(prefix);
    if (cursor !== undefined) assertKey(cursor);
    const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, StartAfter: cursor, MaxKeys: this.#pageSize });
    const page = await reached(() => this.#client.send(command, this.#deadline()));
    const keys = (page.Contents ?? []).flatMap((entry) => entry.Key ?? []);
    return { keys, cursor: page.IsTruncated ? (keys.at(-1) ?? null) : null };
  }

  async check(): Promise<void> {
    await reached(() => this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), this.#deadline()));
  }

  async #find(key: string): Promise<HeadObjectCommandOutput | null> {
    assertKey(key);
    try {
      return await reached(() => this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }), this.#deadline()));
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      // The answer to HEAD has no body to say what is missing: a lost bucket must not look like a lost file.
      await this.check();
      return null;
    }
  }

  /** Each attempt has its own time limit in the handler; this one ends the call as a whole, its body included. */
  #deadline(patience = 1): { abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(patience * this.#timeoutMs) };
  }
}

function connect(options: S3Options, maxAttempts: number, requestTimeout: number): S3Client {
  return withoutNodeNotice(
    () =>
      new S3Client({
        region: options.region,
        forcePathStyle: options.forcePathStyle ?? false,
        maxAttempts,
        // The default signs the checksum of an empty body into presigned PUTs, and servers older than 2025 refuse it.
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
        // What goes wrong is thrown, with its cause; the SDK would say some of it on the console as well.
        logger: QUIET,
        requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout, throwOnRequestTimeout: true },
        ...(options.endpoint ? { endpoint: options.endpoint } : {}),
        ...(options.credentials ? { credentials: options.credentials } : {}),
      }),
  );
}

/**
 * The SDK's notice of the Node versions that its releases of 2027 will need is for us, who pin its version, not for whoever
 * runs the site. Its own switch is read while the client is made, and only then: nothing else runs in between.
 */
export function withoutNodeNotice<T>(create: () => T): T {
  const before = process.env[NODE_NOTICE];
  process.env[NODE_NOTICE] = "true";
  try {
    return create();
  } finally {
    if (before === undefined) delete process.env[NODE_NOTICE];
    else process.env[NODE_NOTICE] = before;
  }
}

function noop(): void {}
