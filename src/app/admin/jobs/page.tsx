import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { JobsList } from "@/features/people-jobs/jobs-list";
import { jobsQuerySchema, PEOPLE_JOB_DAYS } from "@/features/people-jobs/schema";
import { PageHeader } from "@/ui/page-header";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("peopleJobs"))("title") };
}

export default async function JobsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "PeopleJob");
  // A damaged link shows the latest rather than an error.
  const { cursor } = jobsQuerySchema.safeParse(await searchParams).data ?? {};
  const t = await getTranslations("peopleJobs");
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead", { days: PEOPLE_JOB_DAYS })} />
      <JobsList entry={entry} cursor={cursor} />
    </MembersFrame>
  );
}
