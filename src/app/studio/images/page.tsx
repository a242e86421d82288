import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { Workbench } from "@/features/studio/gallery/workbench";
import { ImageRequest } from "@/features/studio/images/image-request";
import { ImagesFeed } from "@/features/studio/images/images-feed";
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
  const { cursor } = imagesQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, organizations] = await Promise.all([getTranslations("images"), listOwnOrganizations(entry)]);
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <Interactive texts={["images", "gallery", "jobs", "studio", "lightbox", "selection", "sharing", "common"]}>
        <Workbench label={t("yours")} request={entry.ability.can("create", "ImageGeneration") && <ImageRequest entry={entry} />}>
          <ImagesFeed entry={entry} cursor={cursor} organizations={organizations.map(({ id, name }) => ({ id, name }))} />
        </Workbench>
      </Interactive>
    </MembersFrame>
  );
}
