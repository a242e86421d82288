import "server-only";
import { previewUrl } from "../gallery/previews";

/** Of a file that is a cover, what is shown of it. */
export const COVER = { select: { provider: true, key: true, previewKey: true, name: true, contentType: true } } as const;

type Covered = { cover: Parameters<typeof previewUrl>[0] | null };

/** A row with a short-lived URL of its cover in place of the file itself; null where it has none. */
export async function withCover<Row extends Covered>({ cover, ...row }: Row) {
  return { ...row, coverUrl: cover && (await previewUrl(cover)) };
}
