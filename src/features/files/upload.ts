import type { Result } from "@/access/door";
import { confirmUpload, deleteFile, requestUpload } from "./actions";

export type UploadState = "waiting" | "uploading" | "checking" | "done" | "failed" | "cancelled";

/** What went wrong on the way to the store, in words for the person. */
export class UploadError extends Error {
  override readonly name = "UploadError";

  /** `final`: the same file would be refused again. */
  constructor(
    message: string,
    readonly final = false,
  ) {
    super(message);
  }
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
 * UploadError with what to tell the person, or the signal's AbortError; the room it was given is given back then.
 */
export async function uploadFile(file: File, { onState, onProgress, signal, texts }: Watch): Promise<void> {
  onState("uploading");
  const { id, url, headers } = unwrap(
    await requestUpload({ name: file.name, sizeBytes: file.size, contentType: file.type || "application/octet-stream" }),
  );
  try {
    signal.throwIfAborted();
    await put(file, url, headers, onProgress, signal, texts);
  } catch (error) {
    giveBack(id);
    throw error;
  }
  onState("checking");
  // Thrown here, nobody knows whether the file is confirmed: only an answer that says no gives its room back.
  const first = await confirmUpload({ id });
  // What was sent is there: a store that was busy for a moment does not need it twice.
  const confirmed = first.ok || first.error.code !== "unavailable" ? first : await confirmUpload({ id });
  // "Not found" may be a file that is confirmed, by a try whose answer got lost.
  if (!confirmed.ok && confirmed.error.code !== "not_found") giveBack(id);
  unwrap(confirmed);
}

/** Nobody waits for it: what does not get through is swept later. */
function giveBack(id: string): void {
  void deleteFile({ id }).catch(() => undefined);
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.data;
  const { code, message, fields = {} } = result.error;
  throw new UploadError(Object.values(fields)[0] ?? message, code === "invalid" || (code === "too_large" && !fields.form));
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
