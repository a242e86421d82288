"use client";

import { useState } from "react";

/**
 * A result's small picture, whole. Each time the page is asked for again its signed address is another one: the first is kept as
 * long as it answers, so that nothing flickers while others arrive.
 */
export function Thumb({ src }: { src: string }) {
  const [kept, setKept] = useState(src);
  return (
    // biome-ignore lint/performance/noImgElement: it comes from the store by a signed address.
    <img
      src={kept}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setKept(src)}
      className="size-full object-contain transition-opacity duration-180"
    />
  );
}
