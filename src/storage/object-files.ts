import { randomUUID } from "node:crypto";
import { access, type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { absentAsNull, isAbsent } from "./disk-errors";
import { isKey } from "./key";
import type { UploadLength } from "./storage";

const FOOTER_BYTES = 512;
/** So much is gathered while what was gathered before is written: a call a chunk would cost more than its bytes. */
const BATCH_BYTES = 256 * 1024;
/** A sender of single bytes must not fill the memory with what each of them is kept in. */
const BATCH_CHUNKS = 64;
const STALE_AFTER_MS = 24 * 3600 * 1000;
/** No key segment begins with a dot, so the folders of unfinished uploads, this one and that of parts, can never be an owner's. */
const INCOMING = ".incoming";

interface Footer {
  format: "foyer-object-1";
  contentType: string;
  etag: string;
}

/** An object opened for reading: replaced or deleted meanwhile, it still reads as it was. The reader closes `file`. */
export interface OpenObject {
  file: FileHandle;
  sizeBytes: number;
  contentType: string;
  /** Strong entity tag, with its quotes: new with every upload. */
  etag: string;
}

/** Thrown by `write` when the body is not as long as was promised; nothing has changed then. */
export class WrongLength extends Error {
  constructor(readonly tooLong: boolean) {
    super(tooLong ? "body is longer than signed" : "body is shorter than signed");
  }
}

/**
 * Objects as files `<root>/<owner>/<name>`: the bytes, then 512 bytes of JSON padded with spaces that keep type and tag.
 * Unfinished uploads lie in one folder of the same file system, so that sweeping them reads no owner's folder. One file, because one rename is atomic and two are not: an object and its type appear, change and go together.
 */
export class ObjectFiles {
  #swept: Promise<void> | undefined;
  #owners: string[] | undefined;

  constructor(private readonly root: string) {}

  /** Throws the operating system's error unless a file can be written here. */
  async check(): Promise<void> {
    const file = await this.#openTemporary();
    try {
      await file.handle.writeFile("check");
    } finally {
      await file.handle.close();
      await rm(file.path, { force: true });
    }
  }

  /** Stores `body`, which has that length, under `key`, or throws (WrongLength, the body's own error, a disk error) and leaves what was there. */
  async write(key: string, body: AsyncIterable<Uint8Array>, length: UploadLength, contentType: string): Promise<{ etag: string }> {
    const etag = `"${randomUUID()}"`;
    const footer = footerBytes({ format: "foyer-object-1", contentType, etag });
    const temporary = await this.#openTemporary();
    try {
      try {
        await writeWithin(temporary.handle, body, length);
        await temporary.handle.writeFile(footer);
        await temporary.handle.sync();
      } finally {
        await temporary.handle.close();
      }
      await this.#moveInto(temporary.path, join(this.root, key));
    } catch (error) {
      await rm(temporary.path, { force: true });
      throw error;
    }
    return { etag };
  }

  /** The object opened for reading, or null when there is none. */
  async open(key: string): Promise<OpenObject | null> {
    const file = await absentAsNull(open(join(this.root, key), "r"));
    if (!file) return null;
    try {
      const sizeBytes = (await file.stat()).size - FOOTER_BYTES;
      if (sizeBytes < 0) throw new Error("storage: a file in the folder is not an object");
      const footer = parseFooter(await readFully(file, sizeBytes, FOOTER_BYTES));
      return { file, sizeBytes, contentType: footer.contentType, etag: footer.etag };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Gives the object another key in place of what is there, by one rename; false when there is none. */
  async move(from: string, to: string): Promise<boolean> {
    const path = join(this.root, from);
    const isThere = () => absentAsNull(access(path).then(() => true));
    if (!(await isThere())) return false;
    try {
      await this.#moveInto(path, join(this.root, to));
    } catch (error) {
      if (!isAbsent(error) || (await isThere())) throw error;
      // Another move was first.
      return false;
    }
    await syncFolder(dirname(path));
    await removeIfEmpty(dirname(path));
    return true;
  }

  /** Removes the object, if there is one, and its owner's folder when it was the last. */
  async remove(key: string): Promise<void> {
    const path = join(this.root, key);
    await absentAsNull(unlink(path));
    await removeIfEmpty(dirname(path));
  }

  /** Up to `limit` keys that begin with `prefix` and come after `after`, in byte order. */
  async list(prefix: string, after: string, limit: number): Promise<string[]> {
    const keys: string[] = [];
    const owners = prefix.includes("/") ? [prefix.slice(0, prefix.indexOf("/") + 1)] : await this.#ownersAfter(after);
    for (const owner of owners) {
      if (keys.length >= limit) break;
      // A folder is skipped unread when no key in it can begin with the prefix or come after the cursor.
      if (!owner.startsWith(prefix.slice(0, owner.length)) || owner < after.slice(0, owner.length)) continue;
      for (const name of await this.#names(join(this.root, owner), "", false)) {
        const key = owner + name;
        // isKey: a stray file that somebody put here by hand is no object.
        if (isKey(key) && key > after && key.startsWith(prefix)) keys.push(key);
      }
    }
    // The last page of a walk: nobody asks for the owners again.
    if (keys.length < limit) this.#owners = undefined;
    return keys.slice(0, limit);
  }

  /** All owners, read at the first page of a walk and kept for the next ones: a million of them are not sorted anew for each. */
  async #ownersAfter(after: string): Promise<string[]> {
    if (after === "" || !this.#owners) this.#owners = await this.#names(this.root, "/", true);
    return this.#owners;
  }

  async #names(folder: string, suffix: string, folders: boolean): Promise<string[]> {
    const entries = (await absentAsNull(readdir(folder, { withFileTypes: true }))) ?? [];
    // Sorted with the slash on, because "a-b/…" comes before "a/…".
    return entries
      .filter((entry) => entry.isDirectory() === folders && !entry.name.startsWith("."))
      .map((entry) => entry.name + suffix)
      .sort();
  }

  async #openTemporary(): Promise<{ path: string; handle: FileHandle }> {
    const folder = join(this.root, INCOMING);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#swept ??= sweep(folder);
    await this.#swept;
    const path = join(folder, randomUUID());
    return { path, handle: await open(path, "wx", 0o600) };
  }

  async #moveInto(temporary: string, path: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        break;
      } catch (error) {
        // A delete of the owner's last file may take the folder away between the two lines above.
        if (!isAbsent(error) || attempt === 20) throw error;
      }
    }
    await syncFolder(dirname(path));
  }
}

/** `length` bytes of `file` from `position`, or fewer at its end. */
export async function readFully(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Writes `body`, or throws WrongLength once it is longer or ends shorter. */
export async function writeWithin(file: FileHandle, body: AsyncIterable<Uint8Array>, { sizeBytes, maxBytes }: UploadLength): Promise<void> {
  let received = 0;
  let batch: Uint8Array[] = [];
  let batched = 0;
  let written = Promise.resolve();
  try {
    for await (const chunk of body) {
      received += chunk.byteLength;
      if (received > (sizeBytes ?? maxBytes)) throw new WrongLength(true);
      batched += chunk.byteLength;
      if (batch.push(chunk) < BATCH_CHUNKS && batched < BATCH_BYTES) continue;
      await written;
      written = writeAll(file, batch);
      // Thrown where it is waited for; until then it is nobody's.
      written.catch(() => undefined);
      [batch, batched] = [[], 0];
    }
    if (received < (sizeBytes ?? 0)) throw new WrongLength(false);
    await written;
    await writeAll(file, batch);
  } finally {
    // Whoever called closes the file next.
    await written.catch(() => undefined);
  }
}

async function writeAll(file: FileHandle, chunks: Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return;
  const { bytesWritten } = await file.writev(chunks);
  const total = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  // A disk that is nearly full takes a part; it says so at the next call.
  if (bytesWritten < total) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten));
}

/** Removes uploads that a crash left unfinished a day ago or earlier; one that still grows is younger than that. */
async function sweep(folder: string): Promise<void> {
  const oldest = Date.now() - STALE_AFTER_MS;
  // A file that another process swept first is no error, and one that cannot be removed must not stop uploads.
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found && found.mtimeMs < oldest) await rm(path, { force: true }).catch(() => undefined);
  }
}

function footerBytes(footer: Footer): Buffer {
  const bytes = Buffer.alloc(FOOTER_BYTES, " ");
  const text = Buffer.from(`\n${JSON.stringify(footer)}`);
  if (text.length > FOOTER_BYTES) throw new TypeError("storage: content type too long");
  text.copy(bytes);
  return bytes;
}

function parseFooter(bytes: Uint8Array): Footer {
  const text = Buffer.from(bytes).toString("utf8");
  if (!text.startsWith('\n{"format":"foyer-object-1"')) throw new Error("storage: a file in the folder is not an object");
  // Written by footerBytes alone, and the format stands in front.
  return JSON.parse(text) as Footer;
}

/** Fails while the folder holds anything; that a folder stays behind harms nobody. */
async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

/** A rename is durable once its folder is; where folders cannot be synced (Windows), the file system decides. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  if (!folder) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}
