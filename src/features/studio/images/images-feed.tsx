import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { GalleryFeed } from "../gallery/gallery-feed";
import { Tile } from "../gallery/tile";
import { deleteImageGeneration, deleteImages, shareImages } from "./actions";
import { type ListedImages, listImages } from "./queries";
import { MAX_CHOSEN, type STYLES } from "./schema";

type FeedProps = { entry: Entry; cursor?: Cursor | undefined; organizations: { id: string; name: string }[] };

/** What one has asked for, newest first, with every picture that is there. */
export async function ImagesFeed({ entry, cursor, organizations }: FeedProps) {
  const [{ generations, next }, t] = await Promise.all([listImages(entry, cursor), getTranslations("images")]);
  return (
    <GalleryFeed
      of="images"
      requests={generations}
      next={next}
      cursor={cursor}
      organizations={organizations}
      remove={deleteImageGeneration}
      removeChosen={deleteImages}
      maxChosen={MAX_CHOSEN}
      share={shareImages}
      factsOf={(request) => factsOf(request, t)}
      resultsOf={({ images }) => images}
      tilesOf={({ images }) => (
        <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-4">
          {images.map((image) => (
            <Tile key={image.id} of="images" result={image} />
          ))}
        </ul>
      )}
    />
  );
}

function factsOf({ size, format, style }: ListedImages, t: Awaited<ReturnType<typeof getTranslations<"images">>>): string[] {
  // Of a list of ours, as a string.
  return [size.replace("x", " × "), format, ...(style ? [t(`styles.${style as (typeof STYLES)[number]}`)] : [])];
}
