import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { filterText, peopleFilterSchema } from "@/access/identity/people-filter";
import { getWaysIn } from "@/features/accounts/queries";
import { ExportForm } from "@/features/people-jobs/export-form";
import { filterWords } from "@/features/people-jobs/job-words";
import { PEOPLE_JOB_DAYS } from "@/features/people-jobs/schema";
import { PageHeader } from "@/ui/page-header";
import { ConfirmItIsYou } from "../../../_frames/confirm-it-is-you";
import { Interactive } from "../../../_frames/interactive";
import { MembersFrame } from "../../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("peopleJobs"))("exportTitle") };
}

export default async function ExportPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("create", "PeopleJob");
  // A damaged link is about everybody rather than an error.
  const filter = peopleFilterSchema.safeParse(await searchParams).data ?? {};
  const text = filterText(filter);
  const [t, words, { hasPassword, recentlyProven }] = await Promise.all([getTranslations("peopleJobs"), filterWords(), getWaysIn(entry)]);
  const proven = recentlyProven && entry.missingFactor !== "show";
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("exportTitle")} description={t("exportLead", { days: PEOPLE_JOB_DAYS })} />
      <div className="grid max-w-form gap-10">
        <Interactive texts={["peopleJobs", "secondFactors", "common"]}>
          <ExportForm filter={text} whom={words(text)} recentlyProven={proven} />
          {!proven && <ConfirmItIsYou entry={entry} hasPassword={hasPassword} />}
        </Interactive>
      </div>
    </MembersFrame>
  );
}
