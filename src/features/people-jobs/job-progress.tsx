import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { Badge } from "@/ui/badge";
import { Progress } from "@/ui/progress";
import type { ListedJob } from "./queries";

const TONES = { PENDING: "neutral", RUNNING: "info", DONE: "success", FAILED: "danger", CANCELLED: "warning" } as const;

/** Whether there is something to wait for. */
export function isOpen({ status }: Pick<ListedJob, "status">): boolean {
  return status === "PENDING" || status === "RUNNING";
}

/** How a job stands. */
export async function JobStatus({ job }: { job: ListedJob }) {
  const t = await getTranslations("peopleJobs");
  // It has changed nothing, and must not look as if it had.
  if (job.isCheck && job.status === "DONE") return <Badge tone="info">{t("checked")}</Badge>;
  return <Badge tone={TONES[job.status]}>{isOpen(job) && job.cancelAskedAt ? t("cancelling") : t(`is.${job.status}`)}</Badge>;
}

/** How far a job is, with a bar while it is under way. */
export async function JobProgress({ job, label, percent }: { job: ListedJob; label: string; percent?: number | undefined }) {
  const [t, format] = await Promise.all([getTranslations("peopleJobs"), getFormatter()]);
  const reached = job.done + job.refused;
  const { done, refused } = job;
  if (!isOpen(job))
    return (
      <span className="tabular-nums">
        {job.kind === "EXPORT" ? t("exported", { count: done }) : t(job.isCheck ? "checkCounts" : "counts", { done, refused })}
      </span>
    );
  return (
    <span className="grid min-w-40 gap-1.5">
      <Progress value={job.total ? (reached / job.total) * 100 : (percent ?? null)} label={label} />
      <span className="text-muted text-sm tabular-nums">
        {job.total === null
          ? t("progressOpen", { done: format.number(reached) })
          : t("progress", { done: format.number(reached), total: format.number(job.total) })}
      </span>
    </span>
  );
}
