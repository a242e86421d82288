import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Storage } from "./storage";

const CHUNK_BYTES = 1_048_576;

/**
 * Stores what nobody knows the length of before it is made, in constant memory, and returns its size: first where no name leads
 * to it, so that a crash leaves nothing personal behind, then into the store, which wants to know the length.
 */
export async function putSpooled(
  store: Storage,
  key: string,
  chunks: AsyncIterable<Uint8Array | string>,
  { contentType, signal }: { contentType: string; signal: AbortSignal },
): Promise<number> {
  const path = join(tmpdir(), `foyer-export-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  try {
    await unlink(path);
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      await file.writeFile(chunk);
    }
    const { size: sizeBytes } = await file.stat();
    await store.put(key, Readable.from(chunksOf(file), { objectMode: false }), { sizeBytes, contentType });
    return sizeBytes;
  } finally {
    await file.close();
  }
}

/** The file from its beginning. Its own streams would keep it from being closed. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(CHUNK_BYTES), position: at });
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
