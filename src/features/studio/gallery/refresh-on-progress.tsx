"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import type { JobState } from "../jobs/job-feed";
import { useJobEvents } from "../jobs/use-job-events";

/** Asks for the page again whenever a job has come further: what it has made meanwhile appears while the rest is on its way. */
export function RefreshOnProgress({ job }: { job: JobState }) {
  const router = useRouter();
  const { progress } = useJobEvents(job);
  const seen = useRef(progress);
  useEffect(() => {
    if (seen.current !== progress) router.refresh();
    seen.current = progress;
  }, [progress, router]);
  return null;
}
