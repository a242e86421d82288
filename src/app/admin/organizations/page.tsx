import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { OrganizationSearch } from "@/features/organizations/organization-search";
import { OrganizationTable } from "@/features/organizations/organization-table";
import { organizationsQuerySchema } from "@/features/organizations/schema";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("organizations"))("adminTitle") };
}

export default async function AllOrganizationsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link shows everything rather than an error.
  const query = organizationsQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, common] = await Promise.all([getTranslations("organizations"), getTranslations("common")]);
  return (
    <MembersFrame entry={entry}>
      <Interactive texts={["organizations", "common"]}>
        <PageHeader title={t("adminTitle")} description={t("adminLead")} />
        <OrganizationSearch query={query} />
        <Suspense key={JSON.stringify(query)} fallback={<TableSkeleton rows={10} label={common("loading")} />}>
          <OrganizationTable entry={entry} query={query} />
        </Suspense>
      </Interactive>
    </MembersFrame>
  );
}
