"use client";

import { useState } from "react";

/** The picture, gone when it fails: the browser's sign for a broken image would cover the initials. */
export function AvatarImage({ src }: { src: string }) {
  const [failed, setFailed] = useState<string>();
  if (failed === src) return null;
  return (
    // biome-ignore lint/performance/noImgElement: images are served by our own routes, unoptimised (next.config.ts).
    <img
      // It may have failed before the script listened.
      ref={(image) => {
        if (image?.complete && image.naturalWidth === 0) setFailed(src);
      }}
      src={src}
      alt=""
      decoding="async"
      referrerPolicy="no-referrer"
      onError={() => setFailed(src)}
      className="absolute size-full object-cover"
    />
  );
}
