import "server-only";
import { db } from "@/lib/db";
import { storageOf } from "@/storage";
import { GenerationFailed } from "../jobs/run";

/** The bytes of the person's own picture that a generation begins with. Throws GenerationFailed when it is no longer there. */
export async function inputPicture(ownerId: string, fileId: string): Promise<{ bytes: Buffer; contentType: string }> {
  const file = await db().file.findFirst({
    where: { id: fileId, ownerId, kind: "IMAGE", status: "READY" },
    select: { provider: true, key: true, sizeBytes: true, contentType: true },
  });
  const bytes = file && (await storageOf(file.provider).readRange(file.key, 0, Number(file.sizeBytes) - 1));
  if (!file || !bytes) throw new GenerationFailed("input_missing");
  return { bytes: Buffer.from(bytes), contentType: file.contentType };
}

/** The file an `inputImageUrl` names: an address of this site's own, which is looked up and never fetched. */
export function fileIdIn(inputImageUrl: string | null): string | null {
  return /^\/api\/files\/([0-9a-f-]{36})$/.exec(inputImageUrl ?? "")?.[1] ?? null;
}
