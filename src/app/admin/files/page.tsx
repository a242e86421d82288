import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { AllFiles } from "@/features/files/all-files";
import { AllFilesSearch } from "@/features/files/all-files-search";
import { allFilesQuerySchema } from "@/features/files/schema";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("files"))("allTitle") };
}

export default async function AllFilesPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link shows everything rather than an error.
  const query = allFilesQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, common] = await Promise.all([getTranslations("files"), getTranslations("common")]);
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("allTitle")} description={t("allLead")} />
      <AllFilesSearch query={query} />
      <Suspense key={JSON.stringify(query)} fallback={<TableSkeleton rows={10} label={common("loading")} />}>
        <AllFiles entry={entry} query={query} />
      </Suspense>
    </MembersFrame>
  );
}
