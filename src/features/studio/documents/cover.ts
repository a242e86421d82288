import { previewAddress } from "@/lib/preview-address";

/** Of a file that is a cover, what is shown of it. */
export const COVER = { select: { id: true } } as const;

/** A row with the address of its cover in place of the file itself; null where it has none. */
export function withCover<Row extends { cover: { id: string } | null }>({ cover, ...row }: Row) {
  return { ...row, coverUrl: cover && previewAddress(cover.id) };
}
