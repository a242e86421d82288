import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { EmptyState } from "@/ui/empty-state";
import { FilmIcon } from "@/ui/icons";
import { Pager } from "@/ui/pager";
import { SelectBox } from "@/ui/select-box";
import { ShareButton } from "@/ui/share-button";
import { GalleryBar } from "../gallery/gallery-bar";
import { RequestItem } from "../gallery/request-item";
import { FirstMoment, Thumb } from "../gallery/thumb";
import { deleteVideoGeneration, deleteVideos, shareVideo } from "./actions";
import { type ListedVideos, listVideos } from "./queries";
import { MAX_CHOSEN } from "./schema";

/** How a film is opened, given by the page. */
type Open = (file: { id: string; name: string; contentType: string }, className: string, thumb: ReactNode) => ReactNode;
type Video = ListedVideos["videos"][number];

type FeedProps = {
  entry: Entry;
  cursor?: Cursor | undefined;
  open: Open;
  /** Those one can share with. */
  organizations: { id: string; name: string }[];
};

/** What one has asked for, newest first: what is under way with its progress, and every film that is there. */
export async function VideosFeed({ entry, cursor, open, organizations }: FeedProps) {
  const [{ generations, next }, t, gallery] = await Promise.all([
    listVideos(entry, cursor),
    getTranslations("videos"),
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
              facts={[generation.aspectRatio, t("secondsOf", { count: generation.durationSeconds })]}
              remove={deleteVideoGeneration}
              share={
                <ShareButton
                  id={generation.id}
                  name={generation.prompt}
                  organizationId={generation.organizationId}
                  organizations={organizations}
                  action={shareVideo}
                />
              }
            >
              {generation.videos.length > 0 && (
                <ul className="grid gap-3 sm:grid-cols-2">
                  {generation.videos.map((video) => (
                    <Tile key={video.id} video={video} open={open} label={gallery("select", { name: video.name })} />
                  ))}
                </ul>
              )}
            </RequestItem>
          </li>
        ))}
      </ol>
      <GalleryBar name="videos" maxChosen={MAX_CHOSEN} remove={deleteVideos} />
      <Pager
        label={t("yours")}
        first={cursor && { href: "/studio/videos", label: gallery("newest") }}
        next={next ? { href: `/studio/videos?${new URLSearchParams({ cursor: next })}`, label: gallery("older") } : undefined}
      />
    </>
  );
}

function Tile({ video, open, label }: { video: Video; open: Open; label: string }) {
  const { fileId, name, contentType, poster, source, durationSeconds } = video;
  const frame = "relative block aspect-video w-full overflow-hidden rounded-lg border bg-border focus-visible:outline-offset-2";
  const look = (
    <>
      {poster ? <Thumb src={poster} /> : source && <FirstMoment src={source} />}
      <span className="absolute end-2 bottom-2 inline-flex items-center gap-1.5 rounded-md bg-surface px-2 py-1 font-medium text-foreground text-xs tabular-nums">
        <FilmIcon className="size-3.5" />
        {`0:${String(durationSeconds).padStart(2, "0")}`}
      </span>
    </>
  );
  return (
    <li className="relative">
      {open({ id: fileId, name, contentType }, frame, look)}
      <div className="absolute start-2 top-2 rounded-md bg-surface p-1 shadow-float noscript:hidden">
        <SelectBox name="videos" scope="" id={fileId} label={label} />
      </div>
    </li>
  );
}
