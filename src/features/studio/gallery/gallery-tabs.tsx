import { getTranslations } from "next-intl/server";
import { LinkTabs } from "@/ui/link-tabs";

type GalleryTabsProps = { of: "images" | "videos"; organization: { name: string }; shared: boolean };

/** Between what one has asked for oneself and what is shared with the organisation one looks at. */
export async function GalleryTabs({ of, organization: { name }, shared }: GalleryTabsProps) {
  const [t, files] = await Promise.all([getTranslations("gallery"), getTranslations("files")]);
  const tabs = [
    { href: `/studio/${of}`, label: files("own"), isCurrent: !shared },
    { href: `/studio/${of}?shared=1`, label: t("sharedWith", { name }), isCurrent: shared },
  ];
  return <LinkTabs label={t("tabs")} tabs={tabs} />;
}
