import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { SelectBox } from "@/ui/select-box";
import { ShareButton } from "@/ui/share-button";
import { GalleryBar } from "../gallery/gallery-bar";
import { RequestItem } from "../gallery/request-item";
import { Thumb } from "../gallery/thumb";
import { deleteImageGeneration, deleteImages, shareImages } from "./actions";
import { type ListedImages, listImages } from "./queries";
import { MAX_CHOSEN, type STYLES } from "./schema";

/** How a picture is opened, given by the page. */
export type Open = (file: { id: string; name: string; contentType: string }, className: string, thumb: ReactNode) => ReactNode;
type Image = ListedImages["images"][number];

type FeedProps = {
  entry: Entry;
  cursor?: Cursor | undefined;
  open: Open;
  /** Those one can share with. */
  organizations: { id: string; name: string }[];
};

/** What one has asked for, newest first: what is under way with its progress, and every picture that is there. */
export async function ImagesFeed({ entry, cursor, open, organizations }: FeedProps) {
  const [{ generations, next }, t, gallery] = await Promise.all([
    listImages(entry, cursor),
    getTranslations("images"),
    getTranslations("gallery"),
  ]);
  if (generations.length === 0) return <EmptyState title={t("emptyTitle")} description={t("emptyBody")} />;
  return (
    <>
      <ol aria-label={t("yours")} className="grid gap-8">
        {generations.map((generation) => (
          <li key={generation.id}>
            <RequestItem
              {...generation}
              facts={factsOf(generation, t)}
              remove={deleteImageGeneration}
              share={
                <ShareButton
                  id={generation.id}
                  name={generation.prompt}
                  organizationId={generation.organizationId}
                  organizations={organizations}
                  action={shareImages}
                />
              }
            >
              {generation.images.length > 0 && (
                <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-4">
                  {generation.images.map((image) => (
                    <Tile key={image.id} image={image} open={open} label={gallery("select", { name: image.name })} />
                  ))}
                </ul>
              )}
            </RequestItem>
          </li>
        ))}
      </ol>
      <GalleryBar name="images" maxChosen={MAX_CHOSEN} remove={deleteImages} />
      <Pager
        label={t("yours")}
        first={cursor && { href: "/studio/images", label: gallery("newest") }}
        next={next ? { href: `/studio/images?${new URLSearchParams({ cursor: next })}`, label: gallery("older") } : undefined}
      />
    </>
  );
}

function Tile({ image: { fileId, name, contentType, preview }, open, label }: { image: Image; open: Open; label: string }) {
  const frame = "block aspect-square w-full overflow-hidden rounded-lg border bg-border focus-visible:outline-offset-2";
  return (
    <li className="relative">
      {open({ id: fileId, name, contentType }, frame, preview && <Thumb src={preview} />)}
      <div className="absolute start-2 top-2 rounded-md bg-surface p-1 shadow-float noscript:hidden">
        <SelectBox name="images" scope="" id={fileId} label={label} />
      </div>
    </li>
  );
}

function factsOf({ size, format, style }: ListedImages, t: Awaited<ReturnType<typeof getTranslations<"images">>>): string[] {
  // Of a list of ours, as a string.
  return [size.replace("x", " × "), format, ...(style ? [t(`styles.${style as (typeof STYLES)[number]}`)] : [])];
}
