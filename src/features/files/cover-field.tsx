"use client";

import { removeCover } from "./actions";
import { PictureField, type PictureTexts } from "./picture-field";
import type { CoverOf } from "./schema";

/** The cover of a book or a post of one's own. */
export function CoverField({ of, url, texts }: { of: CoverOf; url: string | null; texts: PictureTexts }) {
  const shape = "bookId" in of ? "aspect-2/3 w-28" : "aspect-video w-56";
  return (
    <PictureField
      purpose={{ use: "cover", of }}
      // biome-ignore lint/performance/noImgElement: it is small already, and for whoever is signed in alone.
      shown={url && <img src={url} alt="" decoding="async" className={`${shape} rounded-md border object-cover`} />}
      empty={!url}
      texts={texts}
      onRemove={() => removeCover({ of })}
    />
  );
}
