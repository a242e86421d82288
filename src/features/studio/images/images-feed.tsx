import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { cn } from "@/ui/cn";
import { GalleryFeed } from "../gallery/gallery-feed";
import { SharedFeed } from "../gallery/shared-feed";
import { Tile } from "../gallery/tile";
import { deleteImageGeneration, deleteImages, shareImages } from "./actions";
import type { STYLES } from "./limits";
import { type ListedImages, listImages, listSharedImages } from "./queries";
import { MAX_CHOSEN } from "./schema";

type SharedFeedProps = { entry: Entry; cursor?: Cursor | undefined; organization: { id: string; name: string } };
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
      tilesOf={({ images }) => <Tiles of="images" images={images} />}
    />
  );
}

/** What is shared with the organisation one looks at, one's own included. */
export async function SharedImagesFeed({ entry, cursor, organization }: SharedFeedProps) {
  const [{ generations, next }, t] = await Promise.all([listSharedImages(entry, organization.id, cursor), getTranslations("images")]);
  return (
    <SharedFeed
      of="images"
      organization={organization}
      requests={generations}
      next={next}
      cursor={cursor}
      factsOf={(request) => factsOf(request, t)}
      resultsOf={({ images }) => images}
      tilesOf={({ images }) => <Tiles images={images} />}
    />
  );
}

function Tiles({ of, images }: { of?: string; images: ListedImages["images"] }) {
  return (
    <ul className={cn("grid grid-cols-2 gap-3", isWide(images[0]) ? "xl:grid-cols-3" : "sm:grid-cols-3 xl:grid-cols-4")}>
      {images.map((image) => (
        <Tile key={image.id} of={of} result={image} />
      ))}
    </ul>
  );
}

/** Those of one request have one shape; wide ones want more room. */
function isWide(image: ListedImages["images"][number] | undefined): boolean {
  return image !== undefined && image.width > image.height;
}

type Asked = Pick<ListedImages, "size" | "format" | "style">;

function factsOf({ size, format, style }: Asked, t: Awaited<ReturnType<typeof getTranslations<"images">>>): string[] {
  // Of a list of ours, as a string.
  return [size.replace("x", " × "), format, ...(style ? [t(`styles.${style as (typeof STYLES)[number]}`)] : [])];
}
