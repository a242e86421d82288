import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";
import { RelativeTime } from "@/ui/relative-time";
import { JobCard } from "../jobs/job-card";
import { isLiving, type JobState } from "../jobs/job-feed";
import { DeleteRequest } from "./delete-request";
import { RefreshOnProgress } from "./refresh-on-progress";

type RequestItemProps = {
  id: string;
  prompt: string;
  createdAt: Date;
  /** What was asked for beside the words. */
  facts: string[];
  job: JobState | null;
  remove: Parameters<typeof DeleteRequest>[0]["remove"];
  /** The way to share it, where there is somebody to share it with. */
  share: ReactNode;
  hasResults: boolean;
  /** What is there of it. */
  children: ReactNode;
};

/** One request: while it is under way or where it went wrong its job, then what it brought. */
export async function RequestItem({ id, prompt, createdAt, facts, job, remove, share, hasResults, children }: RequestItemProps) {
  const locale = await getLocale();
  const living = job !== null && isLiving(job);
  return (
    <article className="grid gap-3">
      {job && job.status !== "COMPLETED" && <JobCard job={job} what={prompt} results={hasResults ? "some" : "none"} />}
      {job && living && <RefreshOnProgress job={job} />}
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          {job?.status === "COMPLETED" && <h3 className="line-clamp-2 font-medium text-body [overflow-wrap:anywhere]">{prompt}</h3>}
          <p className="text-muted text-sm">
            {facts.map((fact) => `${fact} · `)}
            <RelativeTime date={createdAt} locale={locale} />
          </p>
        </div>
        {share}
        {!living && <DeleteRequest id={id} what={prompt} remove={remove} />}
      </div>
      {children}
    </article>
  );
}
