import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { enter } from "@/access/door";
import { AuditList } from "@/features/audit/audit-list";
import { DeviceList } from "@/features/devices/device-list";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
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
            <AuditList entry={entry} />
            {entry.ability.can("read", "PeopleJob") && (
              <p className="text-muted text-sm">
                {t.rich("historyWithoutJobs", {
                  jobs: (words) => <Underlined href="/admin/jobs">{words}</Underlined>,
                  log: (words) => <Underlined href={`/admin/audit?who=${entry.actor.userId}`}>{words}</Underlined>,
                })}
              </p>
            )}
          </Section>
        )}
      </div>
    </MembersFrame>
  );
}

function Underlined({ href, children }: { href: string; children: ReactNode }) {
  return (
    <SoftLink href={href} className="underline underline-offset-4 hover:text-foreground">
      {children}
    </SoftLink>
  );
}
