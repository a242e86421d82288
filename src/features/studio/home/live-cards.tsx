"use client";

import { NextIntlClientProvider } from "next-intl";
import type { ComponentProps } from "react";
import { JobCard } from "../jobs/job-card";

export type LiveCardsProps = {
  jobs: Pick<ComponentProps<typeof JobCard>, "job" | "what">[];
  intl: Omit<ComponentProps<typeof NextIntlClientProvider>, "children">;
};

export default function LiveCards({ jobs, intl }: LiveCardsProps) {
  return (
    <NextIntlClientProvider {...intl}>
      <ul className="grid gap-3 lg:grid-cols-2">
        {jobs.map(({ job, what }) => (
          <li key={job.id}>
            <JobCard job={job} what={what} results="unknown" />
          </li>
        ))}
      </ul>
    </NextIntlClientProvider>
  );
}
