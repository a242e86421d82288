"use client";

import { removeCover } from "./actions";
import { MAX_COVER_BYTES } from "./limits";
import { PictureField } from "./picture-field";
import type { CoverOf } from "./schema";

/** The cover of a book or a post of one's own. */
export function CoverField({ of, url }: { of: CoverOf; url: string | null }) {
  const shape = "bookId" in of ? "aspect-2/3 w-28" : "aspect-video w-56";
  return (
    <PictureField
      purpose={{ use: "cover", of }}
      maxBytes={MAX_COVER_BYTES}
      // biome-ignore lint/performance/noImgElement: it is small already, and for whoever is signed in alone.
      shown={url && <img src={url} alt="" decoding="async" className={`${shape} rounded-md border object-cover`} />}
      empty={!url}
      onRemove={() => removeCover({ of })}
    />
  );
}
