import type { Storage } from "./storage";

const CHUNK_BYTES = 1_048_576;

/** An object's bytes, a piece at a time, in constant memory; fewer where it is gone meanwhile. `onBytes` hears of each piece. */
export async function* objectBytes(
  store: Storage,
  key: string,
  sizeBytes: number,
  onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; ) {
    const chunk = await store.readRange(key, at, Math.min(sizeBytes, at + CHUNK_BYTES) - 1);
    if (!chunk || chunk.byteLength === 0) return;
    at += chunk.byteLength;
    onBytes(chunk.byteLength);
    yield chunk;
  }
}
