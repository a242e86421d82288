"use client";

import { cn } from "@/ui/cn";
import { useBroken } from "@/ui/use-broken";

const SHAPES = { book: "aspect-2/3", post: "aspect-video" };

/** A small cover beside a title, which says what it is; nothing where there is none or it cannot be had. */
export function CoverThumb({ url, shape, className }: { url: string | null; shape: keyof typeof SHAPES; className?: string }) {
  const { isBroken, watch } = useBroken(url);
  if (!url || isBroken) return null;
  return (
    // biome-ignore lint/performance/noImgElement: it is small already, and for whoever is signed in alone.
    <img
      {...watch}
      src={url}
      alt=""
      decoding="async"
      loading="lazy"
      className={cn("rounded-md border object-cover", SHAPES[shape], className)}
    />
  );
}
