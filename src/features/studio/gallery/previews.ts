import "server-only";
import type { StorageProvider } from "@/lib/db";
import { env } from "@/lib/env";
import { missingFor, storageOf } from "@/storage";

interface Shown {
  provider: StorageProvider;
  key: string;
  previewKey: string | null;
  name: string;
  contentType: string;
}

/**
 * A short-lived URL by which a list shows a file to whoever may read it: of its small picture where there is one. Not in the
 * audit log, unlike /api/files/[id], by which it is opened and downloaded: a list would write a row for each of its files. Null
 * where the store it lies in is not configured any more.
 */
export async function previewUrl({ provider, key, previewKey, name, contentType }: Shown): Promise<string | null> {
  if (missingFor(provider).length > 0) return null;
  const { url } = await storageOf(provider).presignDownload(previewKey ?? key, {
    filename: name,
    contentType: previewKey ? "image/webp" : contentType,
    disposition: "inline",
    expiresIn: env().PRESIGNED_URL_EXPIRATION,
  });
  return url;
}
