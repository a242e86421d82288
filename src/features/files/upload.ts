import type { Result } from "@/access/door";
import { confirmUpload, requestUpload } from "./actions";

export type UploadState = "waiting" | "uploading" | "checking" | "done" | "failed" | "cancelled";

/** What went wrong on the way to the store, in words for the person. */
export class UploadError extends Error {
  override readonly name = "UploadError";
}

interface Watch {
  onState(state: UploadState): void;
  /** Percent of the bytes that have left. */
  onProgress(percent: number): void;
  signal: AbortSignal;
  texts: { interrupted: string; refusedByStore: string };
}

/**
 * Sends one file straight to the store: asks for a signed URL, puts the bytes there, has them looked at. Throws
 * UploadError with what to tell the person, or the signal's AbortError.
 */
export async function uploadFile(file: File, { onState, onProgress, signal, texts }: Watch): Promise<void> {
  onState("uploading");
  const { id, url, headers } = unwrap(
    await requestUpload({ name: file.name, sizeBytes: file.size, contentType: file.type || "application/octet-stream" }),
  );
  signal.throwIfAborted();
  await put(file, url, headers, onProgress, signal, texts);
  onState("checking");
  const confirmed = await confirmUpload({ id });
  // What was sent is there: a store that was busy for a moment does not need it twice.
  unwrap(confirmed.ok || confirmed.error.code !== "unavailable" ? confirmed : await confirmUpload({ id }));
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.data;
  throw new UploadError(result.error.message);
}

/** XMLHttpRequest and not fetch: only it tells how much has left. */
function put(
  file: File,
  url: string,
  headers: Record<string, string>,
  onProgress: (percent: number) => void,
  signal: AbortSignal,
  texts: Watch["texts"],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    // The browser sets the length itself, from the file, and refuses to have it set.
    for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onProgress(Math.floor((100 * loaded) / file.size));
    request.onload = () => (request.status >= 200 && request.status < 300 ? resolve() : reject(new UploadError(texts.refusedByStore)));
    request.onerror = () => reject(new UploadError(texts.interrupted));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
