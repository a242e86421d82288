import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { ArchiveList } from "@/features/audit/archive-list";
import { AuditFilters } from "@/features/audit/audit-filters";
import { AuditList } from "@/features/audit/audit-list";
import { auditLength } from "@/features/audit/queries";
import { auditQuerySchema } from "@/features/audit/schema";
import { WhoFound } from "@/features/audit/who-found";
import { findWho } from "@/features/audit/who-queries";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("title") };
}

export default async function AuditPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link shows everything rather than an error.
  const asked = auditQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, common, count, found] = await Promise.all([
    getTranslations("audit"),
    getTranslations("common"),
    auditLength(entry),
    asked.who === undefined ? null : findWho(entry, asked.who),
  ]);
  const query = found?.id ? { ...asked, who: found.id } : asked;
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <AuditFilters query={query} found={found} />
      {found && <WhoFound query={query} found={found} />}
      {(!found || found.id) && (
        <Suspense key={JSON.stringify(query)} fallback={<TableSkeleton rows={10} label={common("loading")} />}>
          <AuditList entry={entry} query={query} path="/admin/audit" />
        </Suspense>
      )}
      <p className="mt-5 text-muted text-sm">
        {t.rich("chain", { count, command: () => <code className="font-mono">npm run audit:verify</code> })}
      </p>
      <ArchiveList entry={entry} />
    </MembersFrame>
  );
}
