import "server-only";
import { Worker } from "node:worker_threads";
import type { DocumentFormat } from "@/lib/db";
import type { Manuscript } from "../documents/manuscript";
import { GenerationFailed } from "../jobs/run";

/** Longer than a book of the greatest size takes on a slow machine. */
const MAX_MS = 240_000;
const MAX_HEAP_MB = 1_024;

/**
 * Makes a document in a thread of its own, so that no request waits for it. Throws GenerationFailed for a text that cannot be
 * made into one in four minutes and a gigabyte, and the signal's reason when it is aborted.
 */
export function makeInThread(format: DocumentFormat, manuscript: Manuscript, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const worker = new Worker(new URL("./documents-worker.mjs", import.meta.url), {
    workerData: { format, manuscript },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const over = AbortSignal.any([signal, AbortSignal.timeout(MAX_MS)]);
  return new Promise<Buffer>((resolve, reject) => {
    worker.once("message", (bytes: Uint8Array) => resolve(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    worker.once("error", (error) => reject(new GenerationFailed("generator_failed", error)));
    worker.once("exit", () => reject(new GenerationFailed("generator_failed")));
    over.addEventListener("abort", () => reject(signal.aborted ? signal.reason : new GenerationFailed("timed_out")), { once: true });
  }).finally(() => worker.terminate());
}
