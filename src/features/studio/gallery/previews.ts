import "server-only";
import { env } from "@/lib/env";
import { storage } from "@/storage";

interface Shown {
  key: string;
  previewKey: string | null;
  name: string;
  contentType: string;
}

/**
 * A short-lived URL by which a list shows a file to whoever may read it: of its small picture where there is one. Not in the
 * audit log, unlike /api/files/[id], by which it is opened and downloaded: a list would write a row for each of its files.
 */
export async function previewUrl({ key, previewKey, name, contentType }: Shown): Promise<string> {
  const { url } = await storage().presignDownload(previewKey ?? key, {
    filename: name,
    contentType: previewKey ? "image/webp" : contentType,
    disposition: "inline",
    expiresIn: env().PRESIGNED_URL_EXPIRATION,
  });
  return url;
}
