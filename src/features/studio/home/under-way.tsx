import { getTranslations } from "next-intl/server";
import { Section } from "@/ui/section";
import { JobCard } from "../jobs/job-card";
import type { listUnderWay } from "./queries";

/** What is being made for the person at this moment, live. */
export async function UnderWay({ jobs }: { jobs: Awaited<ReturnType<typeof listUnderWay>> }) {
  const t = await getTranslations("members");
  return (
    <Section title={t("underWay")}>
      <ul className="grid gap-3 lg:grid-cols-2">
        {jobs.map(({ job, what }) => (
          <li key={job.id}>
            <JobCard job={job} what={what} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
