import type { Result } from "@/access/door";
import { confirmUpload, deleteFile, requestMultipart, requestUpload, resumeMultipart, setCover, signParts } from "./actions";
import { MULTIPART_ABOVE_BYTES } from "./limits";
import type { CoverOf } from "./schema";
import { sendParts } from "./upload-parts";

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
  /** An upload in parts may be taken up again by this id from now on; null when no more. */
  onResumable(id: string | null): void;
  signal: AbortSignal;
  texts: { interrupted: string; refusedByStore: string; mismatch: string };
}

/** Which upload it goes on with, or what a picture is for. */
interface Options {
  unfinishedId?: string | undefined;
  purpose?: Purpose;
}

/** What a picture is for that is drawn anew when it has arrived. */
export type Purpose = { use: "avatar" } | { use: "cover"; of: CoverOf };

/**
 * Sends one file straight to the store: looks whether it is what its name says, asks for signed URLs, puts the bytes there, has them looked at. A large one goes in
 * parts, or goes on with the upload `unfinishedId`. Throws UploadError with what to tell the person, or the signal's AbortError;
 * the room it was given is given back then, but for a large one that broke off by itself: what has arrived of it stays.
 */
export async function uploadFile(file: File, watch: Watch, { unfinishedId, purpose }: Options = {}): Promise<void> {
  const { onState } = watch;
  onState("uploading");
  // Only who sends something needs what knows the types.
  const { isAsNamed } = await import("./chosen-content");
  if (!(await isAsNamed(file))) throw new UploadError(watch.texts.mismatch, true);
  const id =
    unfinishedId || file.size > MULTIPART_ABOVE_BYTES
      ? await sendInParts(file, watch, unfinishedId)
      : await sendWhole(file, watch, purpose);
  onState("checking");
  // Thrown here, nobody knows whether the file is confirmed: only an answer that says no gives its room back.
  const confirm = (): Promise<Result<unknown>> => (purpose?.use === "cover" ? setCover({ id, of: purpose.of }) : confirmUpload({ id }));
  const first = await confirm();
  // What was sent is there: a store that was busy for a moment does not need it twice.
  const confirmed = first.ok || first.error.code !== "unavailable" ? first : await confirm();
  // "Not found" may be a file that is confirmed, by a try whose answer got lost.
  if (!confirmed.ok && confirmed.error.code !== "not_found") {
    giveBack(id);
    watch.onResumable(null);
  }
  unwrap(confirmed);
}

async function sendWhole(file: File, { onProgress, signal, texts }: Watch, purpose: Purpose | undefined): Promise<string> {
  const { id, url, headers } = unwrap(await requestUpload({ ...announced(file), ...(purpose && { use: purpose.use }) }));
  try {
    signal.throwIfAborted();
    await put(file, url, headers, (loaded) => onProgress(Math.floor((100 * loaded) / file.size)), signal, texts);
  } catch (error) {
    giveBack(id);
    throw error;
  }
  return id;
}

async function sendInParts(file: File, watch: Watch, unfinishedId: string | undefined): Promise<string> {
  const { onResumable, onProgress, signal, texts } = watch;
  const begun = unfinishedId
    ? { id: unfinishedId, ...unwrap(await resumeMultipart({ id: unfinishedId })) }
    : { ...unwrap(await requestMultipart({ ...announced(file), changedAt: file.lastModified })), arrived: [] };
  const { id } = begun;
  onResumable(id);
  try {
    await sendParts(file, {
      ...begun,
      onProgress,
      signal,
      put: (body, url, headers, onLoaded, stopped) => put(body, url, headers, onLoaded, stopped, texts),
      sign: async (numbers) => unwrap(await signParts({ id, numbers })).parts,
    });
  } catch (error) {
    if (signal.aborted) {
      giveBack(id);
      onResumable(null);
    }
    throw error;
  }
  return id;
}

function announced(file: File) {
  return { name: file.name, sizeBytes: file.size, contentType: file.type || "application/octet-stream" };
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
  body: Blob,
  url: string,
  headers: Record<string, string>,
  onLoaded: (bytes: number) => void,
  signal: AbortSignal,
  texts: Watch["texts"],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    // The browser sets the length itself, from the body, and refuses to have it set.
    for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onLoaded(loaded);
    const stop = () => request.abort();
    request.onloadend = () => signal.removeEventListener("abort", stop);
    request.onload = () => (request.status >= 200 && request.status < 300 ? resolve() : reject(new UploadError(texts.refusedByStore)));
    request.onerror = () => reject(new UploadError(texts.interrupted));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    request.send(body);
  });
}
