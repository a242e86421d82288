import { useState } from "react";

/** Whether the picture at this address cannot be had, and what its element needs to tell: the browser's own sign for that is not shown. */
export function useBroken(src: string | null) {
  const [broken, setBroken] = useState<string | null>(null);
  const tell = () => setBroken(src);
  return {
    isBroken: src !== null && broken === src,
    watch: {
      // It may have failed before the script listened.
      ref: (image: HTMLImageElement | null) => {
        if (image?.complete && image.naturalWidth === 0) tell();
      },
      onError: tell,
    },
  };
}
