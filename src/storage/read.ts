import { type Storage, StorageUnavailable } from "./storage";

const CHUNK_BYTES = 1_048_576;

/** An object's bytes, a piece at a time, in constant memory; none where it is gone. Throws StorageUnavailable where it ends before `sizeBytes`. `onBytes` hears of each piece. */
export async function* objectBytes(
  store: Storage,
  key: string,
  sizeBytes: number,
  onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; ) {
    const chunk = await store.readRange(key, at, Math.min(sizeBytes, at + CHUNK_BYTES) - 1);
    // Gone before it was begun is nothing to read; what breaks off must not pass for the whole.
    if (!chunk && at === 0) return;
    if (!chunk || chunk.byteLength === 0) throw new StorageUnavailable("An object ended before its length");
    at += chunk.byteLength;
    onBytes(chunk.byteLength);
    yield chunk;
  }
}
