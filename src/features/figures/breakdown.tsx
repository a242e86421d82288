import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { BarTable } from "@/ui/bar-table";

const MOST_ROWS = 8;

type BreakdownProps = { title: string; rows: { name: string; value: number }[]; nameOf?: (name: string) => string };

/** What something is made up of, the greatest first; what is beyond eight as one. */
export async function Breakdown({ title, rows, nameOf = (name) => name }: BreakdownProps) {
  const [t, format] = await Promise.all([getTranslations("figures"), getFormatter()]);
  const total = rows.reduce((sum, { value }) => sum + value, 0);
  const rest = rows.slice(MOST_ROWS).reduce((sum, { value }) => sum + value, 0);
  const shown = rows.slice(0, MOST_ROWS).map(({ name, value }) => ({ name: name === "" ? t("unknown") : nameOf(name), value }));
  if (rest > 0) shown.push({ name: t("others"), value: rest });
  const most = Math.max(1, ...shown.map(({ value }) => value));
  if (shown.length === 0) return <p className="text-muted">{t("nothing")}</p>;
  return (
    <BarTable
      caption={title}
      columns={{ name: title, value: t("count"), note: t("share") }}
      rows={shown.map(({ name, value }) => ({
        name,
        length: value / most,
        value: format.number(value),
        note: format.number(value / total, { style: "percent", maximumFractionDigits: 1 }),
      }))}
    />
  );
}
