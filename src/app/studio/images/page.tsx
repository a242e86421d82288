import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { GalleryTabs } from "@/features/studio/gallery/gallery-tabs";
import { Workbench } from "@/features/studio/gallery/workbench";
import { ImageRequest } from "@/features/studio/images/image-request";
import { ImagesFeed, SharedImagesFeed } from "@/features/studio/images/images-feed";
import { imagesQuerySchema } from "@/features/studio/images/schema";
import { PageHeader } from "@/ui/page-header";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("images"))("title") };
}

export default async function ImagesPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "ImageGeneration");
  // A damaged link shows the first page rather than an error.
  const { cursor, shared } = imagesQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, gallery, organizations] = await Promise.all([
    getTranslations("images"),
    getTranslations("gallery"),
    listOwnOrganizations(entry),
  ]);
  const current = organizations.find((organization) => organization.current);
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={current && shared ? gallery("sharedLead") : t("lead")} />
      <Interactive texts={["images", "gallery", "jobs", "studio", "lightbox", "selection", "sharing", "common"]}>
        {current && <GalleryTabs of="images" organization={current} shared={Boolean(shared)} />}
        {current && shared ? (
          <Workbench label={t("title")}>
            <SharedImagesFeed entry={entry} cursor={cursor} organization={current} />
          </Workbench>
        ) : (
          <Workbench label={t("yours")} request={entry.ability.can("create", "ImageGeneration") && <ImageRequest entry={entry} />}>
            <ImagesFeed entry={entry} cursor={cursor} organizations={organizations.map(({ id, name }) => ({ id, name }))} />
          </Workbench>
        )}
      </Interactive>
    </MembersFrame>
  );
}
