"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Progress } from "@/ui/progress";
import { toast } from "@/ui/toast";
import { cancelJob, retryJob } from "./actions";
import { isLiving, type JobState } from "./job-feed";
import type { Failure, Step } from "./transition";
import { useJobEvents } from "./use-job-events";

const TONES = { PENDING: "neutral", PROCESSING: "info", COMPLETED: "success", FAILED: "danger", CANCELLED: "warning" } as const;

const WHEN_CANCELLED = { some: "kept", none: "nothingKept" } as const;

type JobCardProps = {
  job: JobState;
  /** What is being made, in the person's own words: a prompt, a title. */
  what: string;
  /** What is there of it, which stays when it is cancelled; where nobody can tell, nothing is said of it. */
  results: keyof typeof WHEN_CANCELLED | "unknown";
};

/** How a job stands, live: what it is at, its percentage, why it failed; with the way out and another try. The page follows its end, and gives the texts of `jobs` and `studio`. */
export function JobCard({ job, what, results }: JobCardProps) {
  const t = useTranslations("jobs");
  const words = useTranslations("studio");
  const router = useRouter();
  const now = useJobEvents(job, router.refresh);
  const living = isLiving(now);
  // Done, it keeps its shape for the moment until the page brings what was made.
  const showsProgress = living || now.status === "COMPLETED";
  return (
    <article data-slot="job" data-status={now.status} className="grid gap-3 rounded-lg border bg-surface p-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <p className="line-clamp-2 min-w-0 flex-1 basis-56 font-medium text-body [overflow-wrap:anywhere]">{what}</p>
        <span role="status">
          <Badge tone={TONES[now.status]}>{t(`is.${now.status}`)}</Badge>
        </span>
      </div>
      {showsProgress && <Progress value={now.progress} label={t("progress", { what })} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 basis-32 text-muted text-sm">
          {/* Both come from a list of ours, as strings. */}
          {living && <span>{words(`steps.${(now.step ?? "queued") as Step}`)} · </span>}
          {showsProgress && <span className="tabular-nums">{t("percent", { progress: now.progress })}</span>}
          {now.status === "FAILED" && words(`failures.${(now.error ?? "generator_failed") as Failure}`)}
          {now.status === "CANCELLED" && results !== "unknown" && t(WHEN_CANCELLED[results])}
        </p>
        {showsProgress && (
          <div className={cn(!living && "invisible")}>
            <JobButton id={now.id} act={cancelJob} label={t("cancel")} done={t("cancelled")} />
          </div>
        )}
        {(now.status === "FAILED" || now.status === "CANCELLED") && (
          <JobButton id={now.id} act={retryJob} label={t("retry")} done={t("retried")} />
        )}
      </div>
    </article>
  );
}

type JobButtonProps = { id: string; act: typeof cancelJob; label: string; done: string };

function JobButton({ id, act, label, done }: JobButtonProps) {
  const router = useRouter();
  const [pending, start] = useTransition();
  const press = () =>
    start(async () => {
      const result = await act({ id });
      if (result.ok) toast.success(done);
      else toast.error(result.error.message);
      router.refresh();
    });
  return (
    <Button size="sm" variant="secondary" pending={pending} onClick={press}>
      {label}
    </Button>
  );
}
