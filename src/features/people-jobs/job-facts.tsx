import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Alert } from "@/ui/alert";
import { buttonVariants } from "@/ui/button";
import { formatBytes } from "@/ui/format-bytes";
import { RefreshEvery } from "@/ui/refresh-every";
import { SoftLink } from "@/ui/soft-link";
import { CancelJob } from "./cancel-job";
import { ImportCounts } from "./import-found";
import { isOpen, JobProgress, JobStatus } from "./job-progress";
import { jobWords } from "./job-words";
import { getJobEnd, type ImportFound, type ListedJob } from "./queries";

const REFRESH_MS = 1_000;

/** `found`: of a file. */
type JobFactsProps = { entry: Entry; job: ListedJob; recentlyProven: boolean; found: ImportFound | null };

/** What a job does, how far it is or how it ended, and what can be done about it. */
export async function JobFacts({ entry, job, recentlyProven, found }: JobFactsProps) {
  const [t, format, locale, words, end] = await Promise.all([
    getTranslations("peopleJobs"),
    getFormatter(),
    getLocale(),
    jobWords(),
    getJobEnd(entry, job.id),
  ]);
  const moment = (date: Date | null) => date && format.dateTime(date, { dateStyle: "long", timeStyle: "short" });
  const how = words.how(job);
  const isFile = job.kind === "EXPORT" && job.status === "DONE";
  const hasHashes = how !== null && "hashes" in how && how.hashes;
  const facts: [string, ReactNode][] = [
    [t("state"), <JobStatus key="status" job={job} />],
    [t("whom"), words.whom(job)],
    ...(how && "act" in how
      ? [[t("reason"), how.reason] as [string, string], [t("until"), moment(how.until) ?? t("forGood")] as [string, string]]
      : []),
    ...(how && "format" in how
      ? [[t("format"), t(how.format)] as [string, string], [t("hashes"), how.hashes ? t("with") : t("without")] as [string, string]]
      : []),
    [t("size"), job.sizeBytes === null ? null : formatBytes(Number(job.sizeBytes), locale)],
    [
      t("who"),
      job.by === null ? (
        words.who(job)
      ) : (
        <SoftLink key="by" href={`/admin/users/${job.createdById}`} className="hover:underline">
          {job.by}
        </SoftLink>
      ),
    ],
    [t("when"), moment(job.createdAt)],
    [t("started"), moment(job.startedAt)],
    [t("finished"), moment(job.finishedAt)],
    [t("kept"), moment(job.expiresAt)],
  ];
  return (
    <div className="grid gap-6">
      {isOpen(job) && <RefreshEvery ms={REFRESH_MS} />}
      {job.status === "CANCELLED" && <Alert tone="warning">{t(job.isCheck ? "checkCancelled" : "wasCancelled")}</Alert>}
      {job.status === "FAILED" && (
        <Alert tone="danger">
          {t(job.isCheck ? "checkFailed" : "wasFailed", { reason: words.why(end?.reason ?? "failed") })}
          {job.kind === "IMPORT" && !job.isCheck && ` ${t("importAgain")}`}
        </Alert>
      )}
      <div className="grid gap-3 text-body" role="status">
        {(isOpen(job) || !found) && <JobProgress job={job} label={words.what(job)} percent={found?.found.percent} />}
        {found && <ImportCounts job={job} found={found} />}
        {isOpen(job) && job.isAtTerminal && <p className="text-muted text-sm">{t("endAtTerminal")}</p>}
        {isOpen(job) && !job.isAtTerminal && !job.cancelAskedAt && <CancelJob id={job.id} />}
      </div>
      {isFile &&
        (hasHashes && !recentlyProven ? (
          <p className="text-body text-muted">{t("confirmFirst")}</p>
        ) : (
          <a href={`/api/people-jobs/${job.id}`} className={buttonVariants({ className: "justify-self-start" })}>
            {t("download")}
          </a>
        ))}
      <dl className="grid gap-x-6 gap-y-2 text-body sm:grid-cols-[11rem_minmax(0,1fr)]">
        {facts
          .filter(([, value]) => value !== null)
          .map(([label, value]) => (
            <div key={label} className="contents">
              <dt className="text-muted">{label}</dt>
              <dd className="min-w-0 max-sm:mb-2 [overflow-wrap:anywhere]">{value}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}
