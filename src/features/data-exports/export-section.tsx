import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Alert } from "@/ui/alert";
import { buttonVariants } from "@/ui/button";
import { formatBytes } from "@/ui/format-bytes";
import { Progress } from "@/ui/progress";
import { RefreshEvery } from "@/ui/refresh-every";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { requestExport } from "./actions";
import { getLatestExport } from "./queries";

const REFRESH_MS = 2_000;

/** Everything of one's own in one archive: asked for, on its way, there to be fetched. Plain forms: it works without JavaScript. */
export async function ExportSection({ entry, recentlyProven }: { entry: Entry; recentlyProven: boolean }) {
  const [latest, t, format, locale] = await Promise.all([getLatestExport(entry), getTranslations("exports"), getFormatter(), getLocale()]);
  const running = latest?.status === "PENDING" || latest?.status === "RUNNING";
  return (
    <Section title={t("title")} description={t("lead")}>
      {latest?.status === "FAILED" && <Alert tone="danger">{t("failed")}</Alert>}
      {latest && running && (
        <div className="grid gap-2">
          <p className="text-body" role="status">
            {t("running", { percent: format.number(latest.progress / 100, { style: "percent" }) })}
          </p>
          <Progress value={latest.status === "PENDING" ? null : latest.progress} label={t("title")} />
          <RefreshEvery ms={REFRESH_MS} />
        </div>
      )}
      {latest?.status === "READY" && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border px-4 py-3 text-body">
          <p className="flex-1 basis-56">
            {t("ready", {
              size: formatBytes(latest.sizeBytes, locale),
              date: format.dateTime(latest.expiresAt, { dateStyle: "long" }),
            })}
          </p>
          <a href={`/api/exports/${latest.id}`} className={buttonVariants({ variant: "primary" })}>
            {t("download")}
          </a>
        </div>
      )}
      {!running &&
        (recentlyProven ? (
          <form action={requestExport} className="justify-self-start">
            <SubmitButton variant="secondary">{latest ? t("again") : t("request")}</SubmitButton>
          </form>
        ) : (
          <p className="text-body text-muted">{t("confirmFirst")}</p>
        ))}
    </Section>
  );
}
