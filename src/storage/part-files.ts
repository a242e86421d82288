import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { absentAsNull } from "./disk-errors";
import { readFully, writeWithin } from "./object-files";
import type { Part } from "./storage";

/** No key segment begins with a dot. */
const FOLDER = ".parts";
const ABOUT = "upload.json";
const UPLOAD_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CHUNK_BYTES = 1_048_576;

interface About {
  key: string;
  contentType: string;
}

/** Uploads in parts, each a folder `<root>/.parts/<id>` with what it is for and a file a part, which is there whole or not at all. */
export class PartFiles {
  constructor(private readonly root: string) {}

  /** The id of a new upload to `key`. */
  async begin(about: About): Promise<string> {
    const uploadId = randomUUID();
    await mkdir(this.#folder(uploadId), { recursive: true, mode: 0o700 });
    await writeFile(join(this.#folder(uploadId), ABOUT), JSON.stringify(about), { mode: 0o600 });
    return uploadId;
  }

  /** What the upload is for; null when there is none of this id for this key. */
  async find(key: string, uploadId: string): Promise<About | null> {
    const about = UPLOAD_ID.test(uploadId) ? await this.#about(uploadId) : null;
    return about?.key === key ? about : null;
  }

  /** Stores a part in place of what is there, or throws as ObjectFiles.write does; false when the upload is gone. */
  async write(uploadId: string, part: Part, body: AsyncIterable<Uint8Array>): Promise<boolean> {
    const path = join(this.#folder(uploadId), String(part.number));
    const temporary = `${path}.${randomUUID()}`;
    const file = await absentAsNull(open(temporary, "wx", 0o600));
    if (!file) return false;
    try {
      try {
        await writeWithin(file, body, { sizeBytes: part.sizeBytes });
        await file.sync();
      } finally {
        await file.close();
      }
      return (await absentAsNull(rename(temporary, path).then(() => true))) ?? false;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** The parts that are there, in order. */
  async arrived(uploadId: string): Promise<Part[]> {
    const names = ((await absentAsNull(readdir(this.#folder(uploadId)))) ?? []).filter((name) => /^\d+$/.test(name));
    const numbers = names.map(Number).sort((a, b) => a - b);
    const parts: Part[] = [];
    for (const number of numbers) {
      const found = await absentAsNull(stat(join(this.#folder(uploadId), String(number))));
      if (found) parts.push({ number, sizeBytes: found.size });
    }
    return parts;
  }

  /** The bytes of these parts, one after the other. */
  async *read(uploadId: string, parts: Part[]): AsyncGenerator<Uint8Array> {
    for (const { number, sizeBytes } of parts) {
      const file = await open(join(this.#folder(uploadId), String(number)), "r");
      try {
        for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) yield await readFully(file, at, Math.min(CHUNK_BYTES, sizeBytes - at));
      } finally {
        await file.close();
      }
    }
  }

  /** Removes the upload with its parts, if it is there. */
  async remove(uploadId: string): Promise<void> {
    await rm(this.#folder(uploadId), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Every upload whose key begins with `prefix`, by key, then by id. */
  async list(prefix: string): Promise<{ key: string; uploadId: string }[]> {
    const ids = ((await absentAsNull(readdir(join(this.root, FOLDER)))) ?? []).filter((name) => UPLOAD_ID.test(name));
    const found: { key: string; uploadId: string }[] = [];
    for (const uploadId of ids) {
      const about = await this.#about(uploadId);
      if (about?.key.startsWith(prefix)) found.push({ key: about.key, uploadId });
    }
    return found.sort((a, b) => (a.key === b.key ? Number(a.uploadId > b.uploadId) : a.key > b.key ? 1 : -1));
  }

  async #about(uploadId: string): Promise<About | null> {
    const text = await absentAsNull(readFile(join(this.#folder(uploadId), ABOUT), "utf8"));
    // Written by `begin` alone; what a crash cut short names no key.
    return text ? (parsed(text) as About | null) : null;
  }

  #folder(uploadId: string): string {
    return join(this.root, FOLDER, uploadId);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
