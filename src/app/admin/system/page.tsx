import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { type ReactNode, Suspense } from "react";
import { enter } from "@/access/door";
import { DatabaseSection } from "@/features/system/database-section";
import { HealthList } from "@/features/system/health-list";
import { JobsSection } from "@/features/system/jobs-section";
import { OutboxSection } from "@/features/system/outbox-section";
import { ProvidersSection } from "@/features/system/providers-section";
import { systemQuerySchema } from "@/features/system/schema";
import { SettingsSection } from "@/features/system/settings-section";
import { StorageSection } from "@/features/system/storage-section";
import { buttonVariants } from "@/ui/button";
import { PageHeader } from "@/ui/page-header";
import { RefreshEvery } from "@/ui/refresh-every";
import { TableSkeleton } from "@/ui/skeleton";
import { SoftLink } from "@/ui/soft-link";
import { MembersFrame } from "../../_frames/members-frame";

const LIVE_MS = 5_000;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("system"))("title") };
}

export default async function SystemPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link shows the page as it is rather than an error.
  const { live } = systemQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, common] = await Promise.all([getTranslations("system"), getTranslations("common")]);
  const parts: [string, ReactNode][] = [
    ["jobs", <JobsSection key="jobs" entry={entry} />],
    ["outbox", <OutboxSection key="outbox" entry={entry} />],
    ["storage", <StorageSection key="storage" entry={entry} />],
    ["providers", <ProvidersSection key="providers" />],
    ["database", <DatabaseSection key="database" entry={entry} />],
    ["settings", <SettingsSection key="settings" entry={entry} />],
  ];
  return (
    <MembersFrame entry={entry}>
      <PageHeader
        title={t("title")}
        description={t("lead")}
        action={
          <SoftLink href={live ? "/admin/system" : "/admin/system?live=1"} className={buttonVariants({ variant: "secondary" })}>
            {live ? t("liveOff") : t("live")}
          </SoftLink>
        }
      />
      {live && <RefreshEvery ms={LIVE_MS} />}
      <div className="grid gap-10">
        <HealthList entry={entry} loading={common("loading")} label={t("health")} />
        {parts.map(([name, part]) => (
          <Suspense key={name} fallback={<TableSkeleton rows={3} label={common("loading")} />}>
            {part}
          </Suspense>
        ))}
      </div>
    </MembersFrame>
  );
}
