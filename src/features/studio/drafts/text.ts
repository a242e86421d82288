import "server-only";
import type { StorageProvider } from "@/lib/db";
import { log } from "@/lib/log";
import { storageOf } from "@/storage";
import { MAX_SHOWN_LENGTH } from "../documents/markdown-view";

/** What a page shows of a draft; null while its store does not answer: whoever writes goes on without it. */
export async function shownText({ provider, key, sizeBytes }: { provider: StorageProvider; key: string; sizeBytes: bigint }) {
  const end = Math.min(Number(sizeBytes), MAX_SHOWN_LENGTH) - 1;
  try {
    const bytes = await storageOf(provider).readRange(key, 0, end);
    // A character that the end cuts is left out.
    return bytes && new TextDecoder().decode(bytes, { stream: true });
  } catch (error) {
    log().warn({ err: error, key }, "draft");
    return null;
  }
}
