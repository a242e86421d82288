import "server-only";
import type { Entry } from "@/access/entry";
import { AppError } from "@/lib/errors";
import { precondition } from "@/storage/http-conditions";
import { findAvatar } from "./queries";

/**
 * Somebody's picture as an HTTP response, which a browser keeps: another picture has another address. 304 where it is known;
 * throws "not_found" where nobody has it, or no longer, also to those who know it.
 */
export async function answerAvatar(entry: Entry, { owner, hash }: { owner: string; hash: string }, asked: Headers): Promise<Response> {
  const bytes = await findAvatar(entry, owner, hash);
  if (!bytes) throw new AppError("not_found");
  const etag = `"${hash}"`;
  const kept = { ETag: etag, "Cache-Control": "private, max-age=31536000, immutable" };
  if (precondition(asked, etag) === 304) return new Response(null, { status: 304, headers: kept });
  return new Response(bytes, { headers: { ...kept, "Content-Type": "image/webp", "X-Content-Type-Options": "nosniff" } });
}
