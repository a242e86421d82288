import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { FilmIcon } from "@/ui/file-icons";
import { GalleryFeed } from "../gallery/gallery-feed";
import { SharedFeed } from "../gallery/shared-feed";
import { Tile } from "../gallery/tile";
import { deleteVideoGeneration, deleteVideos, shareVideo } from "./actions";
import { videoOffers } from "./offers";
import { type ListedVideos, listSharedVideos, listVideos } from "./queries";
import { MAX_CHOSEN } from "./schema";

type SharedFeedProps = { entry: Entry; cursor?: Cursor | undefined; organization: { id: string; name: string } };
type FeedProps = { entry: Entry; cursor?: Cursor | undefined; organizations: { id: string; name: string }[] };

/** What one has asked for, newest first, with every film that is there. */
export async function VideosFeed({ entry, cursor, organizations }: FeedProps) {
  const [{ generations, next }, t, { available }] = await Promise.all([
    listVideos(entry, cursor),
    getTranslations("videos"),
    videoOffers(),
  ]);
  return (
    <GalleryFeed
      of="videos"
      requests={generations}
      next={next}
      cursor={cursor}
      organizations={organizations}
      remove={deleteVideoGeneration}
      removeChosen={deleteVideos}
      maxChosen={MAX_CHOSEN}
      emptyBody={available ? undefined : t("emptyUnavailable")}
      share={shareVideo}
      factsOf={(request) => factsOf(request, t)}
      resultsOf={({ videos }) => videos}
      tilesOf={({ videos }) => <Tiles of="videos" videos={videos} />}
    />
  );
}

/** What is shared with the organisation one looks at, one's own included. */
export async function SharedVideosFeed({ entry, cursor, organization }: SharedFeedProps) {
  const [{ generations, next }, t] = await Promise.all([listSharedVideos(entry, organization.id, cursor), getTranslations("videos")]);
  return (
    <SharedFeed
      of="videos"
      organization={organization}
      requests={generations}
      next={next}
      cursor={cursor}
      factsOf={(request) => factsOf(request, t)}
      resultsOf={({ videos }) => videos}
      tilesOf={({ videos }) => <Tiles videos={videos} />}
    />
  );
}

function Tiles({ of, videos }: { of?: string; videos: ListedVideos["videos"] }) {
  return (
    <ul className="grid gap-3 sm:grid-cols-2">
      {videos.map((video) => (
        <Tile key={video.id} of={of} result={video}>
          <Length seconds={video.durationSeconds} />
        </Tile>
      ))}
    </ul>
  );
}

function Length({ seconds }: { seconds: number }) {
  return (
    <span className="absolute end-2 bottom-2 inline-flex items-center gap-1.5 rounded-md bg-surface px-2 py-1 font-medium text-foreground text-xs tabular-nums">
      <FilmIcon className="size-3.5" />
      {`0:${String(seconds).padStart(2, "0")}`}
    </span>
  );
}

type Asked = Pick<ListedVideos, "aspectRatio" | "durationSeconds">;

function factsOf({ aspectRatio, durationSeconds }: Asked, t: Awaited<ReturnType<typeof getTranslations<"videos">>>): string[] {
  return [aspectRatio, t("secondsOf", { count: durationSeconds })];
}
