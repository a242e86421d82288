import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { cn } from "@/ui/cn";
import { GalleryFeed } from "../gallery/gallery-feed";
import { Tile } from "../gallery/tile";
import { deleteImageGeneration, deleteImages, shareImages } from "./actions";
import type { STYLES } from "./limits";
import { type ListedImages, listImages } from "./queries";
import { MAX_CHOSEN } from "./schema";

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
        <ul className={cn("grid grid-cols-2 gap-3", isWide(images[0]) ? "xl:grid-cols-3" : "sm:grid-cols-3 xl:grid-cols-4")}>
          {images.map((image) => (
            <Tile key={image.id} of="images" result={image} />
          ))}
        </ul>
      )}
    />
  );
}

/** Those of one request have one shape; wide ones want more room. */
function isWide(image: ListedImages["images"][number] | undefined): boolean {
  return image !== undefined && image.width > image.height;
}

function factsOf({ size, format, style }: ListedImages, t: Awaited<ReturnType<typeof getTranslations<"images">>>): string[] {
  // Of a list of ours, as a string.
  return [size.replace("x", " × "), format, ...(style ? [t(`styles.${style as (typeof STYLES)[number]}`)] : [])];
}
