import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { CreatePersonDialog } from "@/features/people/create-person-dialog";
import { PeopleList } from "@/features/people/people-list";
import { PeopleSearch } from "@/features/people/people-search";
import { peopleQuerySchema } from "@/features/people/schema";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("title") };
}

export default async function UsersPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link shows everybody rather than an error.
  const query = peopleQuerySchema.safeParse(await searchParams).data ?? peopleQuerySchema.parse({});
  const [t, common] = await Promise.all([getTranslations("people"), getTranslations("common")]);
  return (
    <MembersFrame entry={entry}>
      <PageHeader
        title={t("title")}
        description={t("lead")}
        action={
          <Interactive entry={entry} texts={["people", "common"]}>
            <CreatePersonDialog />
          </Interactive>
        }
      />
      <PeopleSearch query={query} />
      <Interactive entry={entry} texts={["people", "common"]}>
        <Suspense key={JSON.stringify(query)} fallback={<TableSkeleton rows={10} label={common("loading")} />}>
          <PeopleList entry={entry} query={query} />
        </Suspense>
      </Interactive>
    </MembersFrame>
  );
}
