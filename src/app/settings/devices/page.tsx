import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { AuditList } from "@/features/audit/audit-list";
import { DeviceList } from "@/features/devices/device-list";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";
import { Interactive } from "../../_frames/interactive";
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
      <div className="grid max-w-160 gap-10">
        <div>
          <Interactive texts={["common"]}>
            <DeviceList entry={entry} />
          </Interactive>
        </div>
        {entry.ability.can("read", "AuditEvent") && (
          <Section title={t("history")} description={t("historyLead")}>
            <AuditList entry={entry} query={{ who: entry.actor.userId }} />
          </Section>
        )}
      </div>
    </MembersFrame>
  );
}
