"use client";

import { useBroken } from "./use-broken";

/** The picture, gone when it fails: the browser's sign for a broken image would cover the initials. */
export function AvatarImage({ src }: { src: string }) {
  const { isBroken, watch } = useBroken(src);
  if (isBroken) return null;
  return (
    // biome-ignore lint/performance/noImgElement: images are served by our own routes, unoptimised (next.config.ts).
    <img {...watch} src={src} alt="" decoding="async" referrerPolicy="no-referrer" className="absolute size-full object-cover" />
  );
}
