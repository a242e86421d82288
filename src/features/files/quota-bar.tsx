import { getLocale, getTranslations } from "next-intl/server";
import { formatBytes } from "@/ui/format-bytes";
import { Progress } from "@/ui/progress";

/** How much of the person's room is taken. */
export async function QuotaBar({ usedBytes, quotaBytes }: { usedBytes: number; quotaBytes: number }) {
  const [t, locale] = await Promise.all([getTranslations("files"), getLocale()]);
  const percent = (100 * usedBytes) / quotaBytes;
  return (
    <div className="mb-6 grid max-w-60 gap-1.5">
      <p className="text-muted text-sm tabular-nums">
        {t("usage", { used: formatBytes(usedBytes, locale), quota: formatBytes(quotaBytes, locale) })}
      </p>
      <Progress value={percent} label={t("usageLabel")} tone={percent >= 90 ? "danger" : "ember"} />
    </div>
  );
}
