import { getTranslations } from "next-intl/server";
import { LinkTabs } from "@/ui/link-tabs";

/** Between one's own files and those of the organisation one looks at. */
export async function FileTabs({ organization: { name }, shared }: { organization: { name: string }; shared: boolean }) {
  const t = await getTranslations("files");
  const tabs = [
    { href: "/files", label: t("own"), isCurrent: !shared },
    { href: "/files?shared=1", label: t("sharedWith", { name }), isCurrent: shared },
  ];
  return <LinkTabs label={t("tabs")} tabs={tabs} />;
}
