"use client";

import { BookIcon, FileIcon, FilmIcon, PictureIcon } from "@/ui/file-icons";
import { useBroken } from "@/ui/use-broken";
import type { ListedFile } from "./queries";

const ICONS = {
  IMAGE: PictureIcon,
  VIDEO: FilmIcon,
  BOOK: BookIcon,
  BLOG: BookIcon,
  OTHER: FileIcon,
  AVATAR: PictureIcon,
  COVER: PictureIcon,
};

/** What a file looks like: its preview, cut to its frame unless `whole`, or a sign of its kind until there is one and where it cannot be had. */
export function FileThumb({ kind, previewUrl, whole = false }: Pick<ListedFile, "kind" | "previewUrl"> & { whole?: boolean }) {
  const { isBroken, watch } = useBroken(previewUrl);
  const Icon = ICONS[kind];
  return previewUrl && !isBroken ? (
    // biome-ignore lint/performance/noImgElement: it is small already.
    <img
      {...watch}
      src={previewUrl}
      alt=""
      loading="lazy"
      decoding="async"
      className={`size-full ${whole ? "object-contain" : "object-cover"}`}
    />
  ) : (
    <Icon className="size-1/3 max-h-8 min-h-4 min-w-4 max-w-8 text-faint" />
  );
}
