import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { DELETION_DAYS } from "@/access/identity/people-acts";
import { filterText } from "@/access/identity/people-filter";
import { exportAddress, scopeOf } from "@/features/people/address";
import { ColumnChoice } from "@/features/people/column-choice";
import { CreatePersonDialog } from "@/features/people/create-person-dialog";
import { PeopleList } from "@/features/people/people-list";
import { PeopleSearch } from "@/features/people/people-search";
import { peopleQuerySchema } from "@/features/people/schema";
import { BulkBar } from "@/features/people-jobs/bulk-bar";
import { MAX_CHOSEN } from "@/features/people-jobs/schema";
import { buttonVariants } from "@/ui/button";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { SoftLink } from "@/ui/soft-link";
import { proofFor } from "../../_frames/confirm-it-is-you";
import { MembersFrame } from "../../_frames/members-frame";
import { Permitted } from "../../_frames/permitted";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("title") };
}

export default async function UsersPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link shows everybody rather than an error.
  const query = peopleQuerySchema.safeParse(await searchParams).data ?? peopleQuerySchema.parse({});
  const [t, jobs, common] = await Promise.all([getTranslations("people"), getTranslations("peopleJobs"), getTranslations("common")]);
  return (
    <MembersFrame entry={entry}>
      <Permitted entry={entry} texts={["people", "peopleJobs", "secondFactors", "common"]} proof={await proofFor(entry)}>
        <PageHeader
          title={t("title")}
          description={t("lead")}
          action={
            <>
              <SoftLink href={exportAddress(query)} className={buttonVariants({ variant: "secondary" })}>
                {jobs("export")}
              </SoftLink>
              <CreatePersonDialog />
            </>
          }
        />
        <PeopleSearch query={query} />
        <ColumnChoice />
        <Suspense key={JSON.stringify(query)} fallback={<TableSkeleton rows={10} label={common("loading")} />}>
          <PeopleList
            entry={entry}
            query={query}
            below={(count, whole) => (
              <BulkBar
                name="people"
                scope={scopeOf(query)}
                filter={filterText(query)}
                count={count}
                whole={whole}
                maxChosen={MAX_CHOSEN}
                deletionDays={DELETION_DAYS}
              />
            )}
          />
        </Suspense>
      </Permitted>
    </MembersFrame>
  );
}
