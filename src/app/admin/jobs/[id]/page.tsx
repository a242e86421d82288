import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { getWaysIn } from "@/features/accounts/queries";
import { ImportFound } from "@/features/people-jobs/import-found";
import { JobFacts } from "@/features/people-jobs/job-facts";
import { JobReport } from "@/features/people-jobs/job-report";
import { jobWords } from "@/features/people-jobs/job-words";
import { getPeopleJob } from "@/features/people-jobs/queries";
import { peopleJobIdSchema, reportQuerySchema } from "@/features/people-jobs/schema";
import { PageHeader } from "@/ui/page-header";
import { SoftLink } from "@/ui/soft-link";
import { ConfirmItIsYou } from "../../../_frames/confirm-it-is-you";
import { Interactive } from "../../../_frames/interactive";
import { MembersFrame } from "../../../_frames/members-frame";

type JobPageProps = { params: Promise<{ id: string }>; searchParams: Promise<Record<string, string | string[]>> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("peopleJobs"))("jobTitle") };
}

export default async function JobPage({ params, searchParams }: JobPageProps) {
  const entry = await enter("read", "PeopleJob");
  const { data } = peopleJobIdSchema.safeParse(await params);
  const known = data ? await getPeopleJob(entry, data.id) : null;
  if (!known) notFound();
  const { job, found } = known;
  const { after } = reportQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, words, waysIn] = await Promise.all([getTranslations("peopleJobs"), jobWords(), getWaysIn(entry)]);
  const proven = waysIn.recentlyProven && entry.missingFactor !== "show";
  const how = words.how(job);
  const hasHashes = how !== null && "hashes" in how && how.hashes;
  const asksProof = hasHashes || (found?.hasFile && job.isCheck && job.status === "DONE");
  return (
    <MembersFrame entry={entry}>
      <PageHeader
        title={words.what(job)}
        description={
          <SoftLink href="/admin/jobs" className="hover:underline">
            {t("backToJobs")}
          </SoftLink>
        }
      />
      <div className="grid gap-10">
        <Interactive texts={["peopleJobs", "secondFactors", "common"]}>
          <JobFacts entry={entry} job={job} recentlyProven={proven} found={found} />
          {asksProof && !proven && (
            <div className="max-w-form">
              <ConfirmItIsYou entry={entry} hasPassword={waysIn.hasPassword} />
            </div>
          )}
          {found && <ImportFound entry={entry} job={job} found={found} recentlyProven={proven} />}
        </Interactive>
        <JobReport entry={entry} job={job} after={after} />
      </div>
    </MembersFrame>
  );
}
