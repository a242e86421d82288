import { getFormatter, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Alert } from "@/ui/alert";
import { Progress } from "@/ui/progress";
import { RefreshEvery } from "@/ui/refresh-every";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { startImport } from "./actions";
import { ImportDifferences, ImportRefusals } from "./import-findings";
import type { ImportJob } from "./import-queries";
import { ImportStatus } from "./import-status";

const REFRESH_MS = 2_000;

/** One import or check of a file: how far it is, what it found, and what may be done next. */
export async function ImportDetail({ entry, job, recentlyProven }: { entry: Entry; job: ImportJob; recentlyProven: boolean }) {
  const [t, format] = await Promise.all([getTranslations("imports"), getFormatter()]);
  const { id, status, dryRun, found, refused, hasFile } = job;
  const isRunning = status === "PENDING" || status === "RUNNING";
  const toImport = found.created + found.changed;
  const percent = job.total ? Math.floor((100 * found.rows) / job.total) : found.percent;
  return (
    <div className="grid gap-10">
      <div className="grid gap-3" role="status">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-body tabular-nums">
          <ImportStatus status={status} />
          {t("counts", { created: found.created, changed: found.changed, unchanged: found.unchanged, refused })}
        </p>
        {isRunning && (
          <>
            <Progress value={status === "PENDING" ? null : percent} label={t("title")} />
            <p className="text-muted text-sm tabular-nums">
              {t("progress", { rows: found.rows, percent: format.number(percent / 100, { style: "percent" }) })}
            </p>
            <RefreshEvery ms={REFRESH_MS} />
          </>
        )}
        {status === "FAILED" && <Alert tone="danger">{t("failed")}</Alert>}
        {status === "DONE" && dryRun && !hasFile && <Alert tone="success">{t("wentOver")}</Alert>}
        {status === "DONE" && dryRun && toImport === 0 && <Alert>{t("nothingWould")}</Alert>}
      </div>
      {status === "DONE" && dryRun && hasFile && toImport > 0 && entry.ability.can("create", "PeopleJob") && (
        <div className="flex flex-wrap items-center gap-x-5 gap-y-3 rounded-lg border px-4 py-3">
          <p className="flex-1 basis-72 text-body text-muted">{recentlyProven ? t("startLead") : t("confirmFirst")}</p>
          {recentlyProven && (
            <form action={startImport} className="max-sm:w-full">
              <input type="hidden" name="id" value={id} />
              <SubmitButton variant="primary" className="max-sm:w-full">
                {t("start", { count: toImport })}
              </SubmitButton>
            </form>
          )}
        </div>
      )}
      {found.shown.length > 0 && (
        <Section
          title={t("wouldTitle")}
          description={t.rich("firstShown", {
            count: found.shown.length,
            all: (chunks) =>
              hasFile ? (
                <a href={`/api/imports/${id}`} className="link">
                  {chunks}
                </a>
              ) : null,
          })}
        >
          <ImportDifferences shown={found.shown} />
        </Section>
      )}
      {job.refusals.length > 0 && (
        <Section title={t("refusedTitle")} description={t("refusedLead", { count: job.refusals.length })}>
          <ImportRefusals refusals={job.refusals} />
        </Section>
      )}
    </div>
  );
}
