import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { GalleryTabs } from "@/features/studio/gallery/gallery-tabs";
import { Workbench } from "@/features/studio/gallery/workbench";
import { videoOffers } from "@/features/studio/videos/offers";
import { videosQuerySchema } from "@/features/studio/videos/schema";
import { VideoRequest } from "@/features/studio/videos/video-request";
import { SharedVideosFeed, VideosFeed } from "@/features/studio/videos/videos-feed";
import { PageHeader } from "@/ui/page-header";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("videos"))("title") };
}

export default async function VideosPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "VideoGeneration");
  // A damaged link shows the first page rather than an error.
  const { cursor, shared } = videosQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, gallery, organizations, { generator, available }] = await Promise.all([
    getTranslations("videos"),
    getTranslations("gallery"),
    listOwnOrganizations(entry),
    videoOffers(),
  ]);
  const current = organizations.find((organization) => organization.current);
  const lead =
    current && shared ? gallery("sharedLead") : t(available ? (generator === "BUNDLED" ? "leadBundled" : "lead") : "leadUnavailable");
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={lead} />
      <Interactive texts={["videos", "gallery", "jobs", "studio", "lightbox", "selection", "sharing", "common"]}>
        {current && <GalleryTabs of="videos" organization={current} shared={Boolean(shared)} />}
        {current && shared ? (
          <Workbench label={t("title")}>
            <SharedVideosFeed entry={entry} cursor={cursor} organization={current} />
          </Workbench>
        ) : (
          <Workbench label={t("yours")} request={entry.ability.can("create", "VideoGeneration") && <VideoRequest entry={entry} />}>
            <VideosFeed entry={entry} cursor={cursor} organizations={organizations.map(({ id, name }) => ({ id, name }))} />
          </Workbench>
        )}
      </Interactive>
    </MembersFrame>
  );
}
