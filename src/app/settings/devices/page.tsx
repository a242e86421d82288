import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { DeviceList } from "@/features/devices/device-list";
import { PageHeader } from "@/ui/page-header";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("devices"))("title") };
}

export default async function DevicesPage() {
  const entry = await enter("read", "Session");
  const t = await getTranslations("devices");
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <div className="max-w-160">
        <DeviceList entry={entry} />
      </div>
    </MembersFrame>
  );
}
