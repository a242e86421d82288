import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Storage } from "./storage";

const CHUNK_BYTES = 4 * 1_048_576;

/** What a store gives back is not what was put there. */
export class CopyDiffers extends Error {
  override readonly name = "CopyDiffers";
}

/**
 * Copies an object to another store under the same key, with its type, in constant memory, and reads it back there: resolves once
 * the SHA-256 of both sides is the same. A copy that is there already is not made again. Null when there is nothing at `from`;
 * throws CopyDiffers when what was read back is something else.
 */
export async function copyObject(from: Storage, to: Storage, key: string): Promise<{ sizeBytes: number; wasThere: boolean } | null> {
  const source = await from.head(key);
  if (!source) return null;
  const { sizeBytes, contentType } = source;
  const there = await to.head(key);
  if (there?.sizeBytes === sizeBytes && there.contentType === contentType) {
    const [one, other] = await Promise.all([digestOf(from, key, sizeBytes), digestOf(to, key, sizeBytes)]);
    if (one === other) return { sizeBytes, wasThere: true };
  }
  const hash = createHash("sha256");
  await to.put(key, Readable.from(chunksOf(from, key, sizeBytes, hash), { objectMode: false }), { sizeBytes, contentType });
  const copied = await to.head(key);
  if (copied?.sizeBytes !== sizeBytes || copied.contentType !== contentType || (await digestOf(to, key, sizeBytes)) !== hash.digest("hex"))
    throw new CopyDiffers("The copy is not what was copied");
  return { sizeBytes, wasThere: false };
}

async function digestOf(store: Storage, key: string, sizeBytes: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const _ of chunksOf(store, key, sizeBytes, hash));
  return hash.digest("hex");
}

/** The bytes of the object, which `hash` is told of as they pass. */
async function* chunksOf(store: Storage, key: string, sizeBytes: number, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; ) {
    const chunk = await store.readRange(key, at, Math.min(sizeBytes, at + CHUNK_BYTES) - 1);
    if (!chunk || chunk.byteLength === 0) throw new CopyDiffers("The object became shorter while it was read");
    hash.update(chunk);
    at += chunk.byteLength;
    yield chunk;
  }
}
