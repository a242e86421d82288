import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { FilePreview } from "@/features/files/file-preview";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { videosQuerySchema } from "@/features/studio/videos/schema";
import { VideoRequest } from "@/features/studio/videos/video-request";
import { VideosFeed } from "@/features/studio/videos/videos-feed";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("videos"))("title") };
}

export default async function VideosPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "VideoGeneration");
  // A damaged link shows the first page rather than an error.
  const { cursor } = videosQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, common, organizations] = await Promise.all([getTranslations("videos"), getTranslations("common"), listOwnOrganizations(entry)]);
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <Interactive entry={entry} texts={["videos", "gallery", "jobs", "studio", "files", "sharing", "common"]}>
        <div className="grid gap-10 lg:grid-cols-[19rem_minmax(0,1fr)] lg:items-start">
          {entry.ability.can("create", "VideoGeneration") && <VideoRequest entry={entry} />}
          <section aria-label={t("yours")} className="min-w-0">
            <Suspense fallback={<TableSkeleton label={common("loading")} />}>
              <VideosFeed
                entry={entry}
                cursor={cursor}
                organizations={organizations.map(({ id, name }) => ({ id, name }))}
                open={(file, className, thumb) => (
                  <FilePreview {...file} className={className}>
                    {thumb}
                  </FilePreview>
                )}
              />
            </Suspense>
          </section>
        </div>
      </Interactive>
    </MembersFrame>
  );
}
