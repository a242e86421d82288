import type { Readable } from "node:stream";
import { BodyBroken, type Connection, type Pace, receiveBytes, SLOWEST, sendFile } from "./connection";
import { isDiskError, onDisk } from "./disk-errors";
import { parseRange, precondition, rangeApplies } from "./http-conditions";
import { assertContentType, assertExpiry, assertKey, assertLength, assertMove, assertPrefix, assertRange, assertSize, isKey } from "./key";
import { LocalMultipart } from "./local-multipart";
import { ObjectFiles, type OpenObject, readFully, WrongLength } from "./object-files";
import { PartFiles } from "./part-files";
import { presentation } from "./presentation";
import { type Grant, ROUTE, UrlSigner } from "./signed-url";
import type { ObjectInfo, PresignedUpload, Storage, UploadLength } from "./storage";

const READ_CHUNK_BYTES = 128 * 1024;

/**
 * The store of a site without S3: files below one folder, handed out by `handle` under URLs signed like S3's. An upload is
 * visible, with its type, once its last byte is on disk, and not at all before; unfinished ones are swept after a day.
 */
export class LocalStorage implements Storage {
  readonly provider = "LOCAL";
  readonly multipart: LocalMultipart;
  readonly #parts: PartFiles;
  readonly #files: ObjectFiles;
  readonly #signer: UrlSigner;
  readonly #pageSize: number;
  readonly #slowest: Pace;
  /** Keys being written: one URL must not fill the disk with many unfinished uploads. One store serves the process. */
  readonly #writing = new Set<string>();

  /** `folder` is made when missing; `secret` (32 characters or more) signs the URLs, and changing it ends them all. */
  constructor(options: { folder: string; secret: string; pageSize?: number; slowest?: Pace }) {
    this.#files = new ObjectFiles(options.folder);
    this.#signer = new UrlSigner(options.secret);
    this.#pageSize = options.pageSize ?? 1000;
    this.#slowest = options.slowest ?? SLOWEST;
    this.#parts = new PartFiles(options.folder);
    this.multipart = new LocalMultipart(this.#files, this.#parts, this.#signer, this.#pageSize);
  }

  async presignUpload(
    key: string,
    { contentType, expiresIn, ...length }: { contentType: string; expiresIn: number } & UploadLength,
  ): Promise<PresignedUpload> {
    assertKey(key);
    assertContentType(contentType);
    assertLength(length);
    assertExpiry(expiresIn);
    const expiresAt = Date.now() + expiresIn * 1000;
    const grant: Grant = { method: "PUT", key, expiresAt, contentType, ...length };
    return { url: this.#signer.url(grant), method: "PUT", headers: { "content-type": contentType }, expiresAt: new Date(expiresAt) };
  }

  async presignDownload(
    key: string,
    options: { filename: string; contentType: string; disposition: "attachment" | "inline"; expiresIn: number; bearer?: string },
  ): Promise<{ url: string; expiresAt: Date }> {
    assertKey(key);
    assertContentType(options.contentType);
    assertExpiry(options.expiresIn);
    const expiresAt = Date.now() + options.expiresIn * 1000;
    // A query string cannot carry a lone surrogate, so what is signed must not contain one.
    const filename = options.filename.slice(0, 1000).replace(/\p{Surrogate}/gu, "\ufffd");
    const { contentType, disposition, bearer } = options;
    const grant: Grant = { method: "GET", key, expiresAt, filename, contentType, disposition, ...(bearer !== undefined && { bearer }) };
    return { url: this.#signer.url(grant), expiresAt: new Date(expiresAt) };
  }

  async put(key: string, body: Readable, { sizeBytes, contentType }: { sizeBytes: number; contentType: string }): Promise<void> {
    assertKey(key);
    assertSize(sizeBytes);
    assertContentType(contentType);
    await onDisk(() => this.#files.write(key, body, { sizeBytes }, contentType));
  }

  async head(key: string): Promise<ObjectInfo | null> {
    assertKey(key);
    return onDisk(async () => {
      const object = await this.#files.open(key);
      if (!object) return null;
      await object.file.close();
      return { sizeBytes: object.sizeBytes, contentType: object.contentType };
    });
  }

  async modifiedAt(key: string): Promise<Date | null> {
    assertKey(key);
    return onDisk(async () => {
      const object = await this.#files.open(key);
      if (!object) return null;
      try {
        return (await object.file.stat()).mtime;
      } finally {
        await object.file.close();
      }
    });
  }

  async readRange(key: string, start: number, end: number): Promise<Uint8Array | null> {
    assertKey(key);
    assertRange(start, end);
    return onDisk(async () => {
      const object = await this.#files.open(key);
      if (!object) return null;
      try {
        return await readFully(object.file, start, Math.max(0, Math.min(end + 1, object.sizeBytes) - start));
      } finally {
        await object.file.close();
      }
    });
  }

  async move(from: string, to: string): Promise<boolean> {
    assertMove(from, to);
    return onDisk(() => this.#files.move(from, to));
  }

  async delete(key: string): Promise<void> {
    assertKey(key);
    await onDisk(() => this.#files.remove(key));
  }

  async list(prefix: string, cursor?: string): Promise<{ keys: string[]; cursor: string | null }> {
    assertPrefix(prefix);
    if (cursor !== undefined) assertKey(cursor);
    const found = await onDisk(() => this.#files.list(prefix, cursor ?? "", this.#pageSize + 1));
    const keys = found.slice(0, this.#pageSize);
    return { keys, cursor: found.length > keys.length ? (keys.at(-1) ?? null) : null };
  }

  async check(): Promise<void> {
    await onDisk(() => this.#files.check());
  }

  /**
   * Answers a request for a URL signed here: PUT, GET, HEAD. Whoever holds the URL is allowed; of one that was made for a bearer,
   * as long as they are `welcome`. The bytes go by way of the connection where there is one.
   */
  async handle(request: Request, connection: Connection = {}, welcome: Welcome = nobody): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const key = pathname.startsWith(ROUTE) ? pathname.slice(ROUTE.length) : "";
    if (!isKey(key)) return refuse(400, "bad_key", "This is not the address of a file.");
    const grant = this.#signer.verify(request.method, key, searchParams, Date.now());
    if (grant === "bad_signature") return refuse(403, "bad_signature", "This link is not valid for this request.");
    if (grant === "expired") return refuse(403, "expired", "This link has expired.");
    if (grant.method === "GET" && grant.bearer !== undefined && !(await welcome(grant.bearer)))
      return refuse(403, "expired", "This link has expired.");
    try {
      return grant.method === "PUT" ? await this.#put(grant, request, connection) : await this.#get(grant, request, connection, welcome);
    } catch (error) {
      if (isDiskError(error))
        return refuse(503, "unavailable", "The file store is unavailable. Try again in a moment.", { "retry-after": "5" });
      throw error;
    }
  }

  async #put(grant: PutGrant, request: Request, { incoming }: Connection): Promise<Response> {
    const declared = request.headers.get("content-length");
    // Some proxies pass a body on without its length; the bytes are counted either way.
    if (declared !== null && (grant.sizeBytes === undefined ? Number(declared) > grant.maxBytes : Number(declared) !== grant.sizeBytes))
      return refuse(403, "wrong_length", "The upload has not the length that was signed.");
    if ("contentType" in grant && request.headers.get("content-type") !== grant.contentType)
      return refuse(403, "wrong_type", "The upload has not the type that was signed.");
    const target = "uploadId" in grant ? `${grant.uploadId} ${grant.part}` : grant.key;
    if (this.#writing.has(target)) return refuse(409, "busy", "This file is being uploaded already.", { "retry-after": "5" });
    this.#writing.add(target);
    try {
      const etag = await this.#write(grant, incoming ? receiveBytes(incoming, this.#slowest) : chunks(request.body));
      if (etag === null) return refuse(404, "no_such_upload", "This upload has ended.");
      return new Response(null, { status: 200, headers: { etag, "cache-control": "private, no-store" } });
    } catch (error) {
      if (error instanceof WrongLength)
        return error.tooLong
          ? refuse(413, "too_long", "The upload is longer than was signed.")
          : refuse(400, "too_short", "The upload is shorter than was signed.");
      // The sender went away: nobody reads this answer, and it is no fault of ours to log.
      if (error instanceof BodyBroken) return refuse(400, "aborted", "The upload was interrupted.");
      throw error;
    } finally {
      this.#writing.delete(target);
    }
  }

  /** The entity tag of what was written, or null when the upload that the part belongs to is gone. */
  async #write(grant: PutGrant, body: AsyncGenerator<Uint8Array>): Promise<string | null> {
    if (!("uploadId" in grant)) return (await this.#files.write(grant.key, body, grant, grant.contentType)).etag;
    const { key, uploadId, part, sizeBytes } = grant;
    const isThere = (await this.#parts.find(key, uploadId)) && (await this.#parts.write(uploadId, { number: part, sizeBytes }, body));
    return isThere ? `"${part}"` : null;
  }

  async #get(grant: Grant & { method: "GET" }, request: Request, connection: Connection, welcome: Welcome): Promise<Response> {
    const { bearer } = grant;
    const object = await this.#files.open(grant.key);
    if (!object) return refuse(404, "not_found", "There is no such file.");
    const answer = downloadAnswer(grant, request, object);
    const { part } = answer;
    if (part) connection.length = part.end - part.start + 1;
    if (!part || request.method !== "GET") await object.file.close();
    else if (!connection.incoming) return new Response(stream(object.file, part), answer);
    else {
      const asked = bearer === undefined ? undefined : () => welcome(bearer);
      connection.send = (to) => sendFile(object.file, part, to, this.#slowest, asked);
    }
    return new Response(null, answer);
  }
}

/** Whether whoever a URL was made for may still use it. */
export type Welcome = (bearer: string) => Promise<boolean>;
const nobody: Welcome = () => Promise.resolve(false);

type PutGrant = Grant & { method: "PUT" };

async function* chunks(body: Request["body"]): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new BodyBroken("body ended early", { cause });
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Left early, the rest is not wanted: the sender may stop.
    await reader.cancel().catch(() => undefined);
  }
}

function downloadAnswer(
  grant: Grant & { method: "GET" },
  request: Request,
  object: OpenObject,
): { status: number; headers: Headers; part: { start: number; end: number } | null } {
  const { contentType, contentDisposition } = presentation(grant);
  const headers = new Headers({ ...SAFE_HEADERS, etag: object.etag, "accept-ranges": "bytes" });
  const status = precondition(request.headers, object.etag);
  if (status) return { status, headers, part: null };
  const wanted =
    request.method === "GET" && rangeApplies(request.headers, object.etag)
      ? parseRange(request.headers.get("range"), object.sizeBytes)
      : null;
  if (wanted === "unsatisfiable") {
    headers.set("content-range", `bytes */${object.sizeBytes}`);
    return { status: 416, headers, part: null };
  }
  const part = wanted ?? { start: 0, end: object.sizeBytes - 1 };
  headers.set("content-type", contentType);
  headers.set("content-disposition", contentDisposition);
  headers.set("content-length", String(part.end - part.start + 1));
  if (wanted) headers.set("content-range", `bytes ${part.start}-${part.end}/${object.sizeBytes}`);
  return { status: wanted ? 206 : 200, headers, part };
}

/** A file answered from this origin must not run in it, be guessed at, or stay in a cache once access is gone. */
const SAFE_HEADERS = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'",
  // no-transform: Next would gzip text, and half a gzip stream is not the range that was asked for.
  "cache-control": "private, no-store, no-transform",
};

function refuse(status: number, code: string, message: string, more: Record<string, string> = {}): Response {
  return Response.json({ error: { code, message } }, { status, headers: { ...SAFE_HEADERS, ...more } });
}

/** The part of the file as a stream that reads as fast as it is read, and closes the file at its end or when nobody reads on. */
function stream(file: OpenObject["file"], part: { start: number; end: number }): ReadableStream<Uint8Array> {
  let position = part.start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await readFully(file, position, Math.min(READ_CHUNK_BYTES, part.end + 1 - position));
          position += bytes.byteLength;
          if (bytes.byteLength > 0) controller.enqueue(bytes);
          if (position <= part.end) {
            if (bytes.byteLength === 0) throw new Error("storage: a stored file became shorter");
            return;
          }
          await file.close();
          controller.close();
        } catch (error) {
          await file.close();
          throw error;
        }
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}
