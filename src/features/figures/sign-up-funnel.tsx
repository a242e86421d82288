import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { BarTable } from "@/ui/bar-table";
import type { Figures } from "./queries";
import { sum } from "./series";

const STEPS = ["visited", "submitted", "verified", "completed"] as const;

/** How far people come who want an account, step by step. */
export async function SignUpFunnel({ series }: { series: Figures["series"] }) {
  const [t, format] = await Promise.all([getTranslations("figures"), getFormatter()]);
  const counts = STEPS.map((step) => sum(series[`signup.${step}`]) ?? 0);
  const most = Math.max(1, ...counts);
  return (
    <BarTable
      caption={t("signUps")}
      columns={{ name: t("step"), value: t("count"), note: t("ofBefore") }}
      rows={STEPS.map((step, index) => {
        const [count, before] = [counts[index] ?? 0, counts[index - 1] ?? 0];
        return {
          name: t(`steps.${step}`),
          length: count / most,
          value: format.number(count),
          note: before > 0 ? format.number(count / before, { style: "percent", maximumFractionDigits: 0 }) : "–",
        };
      })}
    />
  );
}
