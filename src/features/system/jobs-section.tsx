import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { giveUpJob, retryJob } from "./actions";
import { NoAnswer } from "./no-answer";
import { getQueue } from "./queries";

/** What waits for the worker, and the jobs that failed, to be tried again or given up. Plain forms: it works without JavaScript. */
export async function JobsSection({ entry }: { entry: Entry }) {
  const [queue, t, common, locale] = await Promise.all([
    getQueue(entry),
    getTranslations("system"),
    getTranslations("common"),
    getLocale(),
  ]);
  if (!queue) return <NoAnswer title={t("jobs")} text={t("noAnswer")} />;
  const { waiting, running, failed, oldestDue, isMore, jobs } = queue;
  return (
    <Section
      title={t("jobs")}
      description={
        <>
          {t("jobsAre", { waiting, running, failed })} {isMore && t("isMore")}{" "}
          {oldestDue && t.rich("oldestDue", { time: () => <RelativeTime date={oldestDue} locale={locale} /> })}
        </>
      }
    >
      {jobs.length > 0 ? (
        <ul className="divide-y rounded-lg border bg-surface">
          {jobs.map(({ id, task, attempts, over, runAt, failedAt, reason }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-72 text-body">
                <p className="flex flex-wrap items-center gap-2">
                  <code className="font-medium">{task}</code>
                  <Badge tone={over ? "danger" : "warning"}>{over ? t("over") : t("again")}</Badge>
                </p>
                <p className="text-muted text-sm [overflow-wrap:anywhere]">{reason}</p>
                <p className="text-muted text-sm">
                  {t.rich("failedAt", { count: attempts, time: () => <RelativeTime date={failedAt} locale={locale} /> })}
                  {!over && <> {t.rich("nextAt", { time: () => <RelativeTime date={runAt} locale={locale} /> })}</>}
                </p>
              </div>
              <form action={retryJob}>
                <input type="hidden" name="id" value={id} />
                <SubmitButton variant="secondary" size="sm" aria-label={common("actOn", { act: t("retry"), what: `${task} ${id}` })}>
                  {t("retry")}
                </SubmitButton>
              </form>
              <form action={giveUpJob}>
                <input type="hidden" name="id" value={id} />
                <SubmitButton variant="ghost" size="sm" aria-label={common("actOn", { act: t("giveUp"), what: `${task} ${id}` })}>
                  {t("giveUp")}
                </SubmitButton>
              </form>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-body text-muted">{t("jobsNone")}</p>
      )}
    </Section>
  );
}
