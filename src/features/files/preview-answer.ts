import "server-only";
import type { Entry } from "@/access/entry";
import { AppError } from "@/lib/errors";
import { storageOf } from "@/storage";
import { precondition } from "@/storage/http-conditions";
import { MAX_COVER_BYTES } from "./limits";
import { findPreview } from "./queries";

/** As long as a signed URL would live, a browser need not ask again: what is at the address never changes. */
const KEPT_SECONDS = 900;

/**
 * The small picture of a file as an HTTP response: 204 where there is none (yet), 304 where it is known; throws "not_found" for one
 * they are not shown. A cover, which we drew ourselves, is shown as it is until its small picture is made.
 */
export async function answerPreview(entry: Entry, id: string, asked: Headers): Promise<Response> {
  const file = await findPreview(entry, id);
  if (!file) throw new AppError("not_found");
  const key = file.previewKey ?? (file.kind === "COVER" ? file.key : null);
  if (!key) return none();
  const etag = `"${file.previewKey ? id : `${id}-whole`}"`;
  const kept = { ETag: etag, "Cache-Control": `private, max-age=${KEPT_SECONDS}` };
  if (precondition(asked, etag) === 304) return new Response(null, { status: 304, headers: kept });
  const bytes = await storageOf(file.provider).readRange(key, 0, MAX_COVER_BYTES - 1);
  if (!bytes) return none();
  const headers = { ...kept, "Content-Type": "image/webp", "X-Content-Type-Options": "nosniff" };
  return new Response(new Uint8Array(bytes), { headers });
}

/** No error, which browsers write down: a picture that is not drawn yet is a picture. */
function none(): Response {
  return new Response(null, { status: 204 });
}
