"use client";

import { useState } from "react";

/**
 * A result's picture. Each time the page is asked for again its signed address is another one: the first is kept as long as it
 * answers, so that nothing flickers while others arrive.
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
      className="size-full object-cover transition-opacity duration-180"
    />
  );
}

/** A film's first moment, where there is no picture of it: its head is fetched, and no more. */
export function FirstMoment({ src }: { src: string }) {
  const [kept, setKept] = useState(src);
  return (
    <video
      src={`${kept}#t=0.1`}
      muted
      playsInline
      preload="metadata"
      tabIndex={-1}
      aria-hidden="true"
      onError={() => setKept(src)}
      className="pointer-events-none size-full object-cover"
    />
  );
}
