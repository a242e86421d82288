import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { addDays } from "./days";
import type { Cohort } from "./queries";

/** Each holds from its share on; text stands on all of them at 4.5:1. */
const SHADES = [
  [0.8, "bg-ember/50"],
  [0.6, "bg-ember/40"],
  [0.4, "bg-ember/30"],
  [0.2, "bg-ember/20"],
  [0.01, "bg-ember/10"],
] as const;

/** Weeks by weeks: of those who joined in one, how many percent were there in each that followed. */
export async function RetentionGrid({ cohorts }: { cohorts: Cohort[] }) {
  const [t, format] = await Promise.all([getTranslations("figures"), getFormatter()]);
  if (cohorts.length === 0) return <p className="text-muted">{t("nothing")}</p>;
  const weeks = Array.from({ length: Math.max(...cohorts.map(({ came }) => came.findLastIndex((count) => count !== null) + 1)) });
  const day = (date: Date) => format.dateTime(date, { day: "numeric", month: "short", timeZone: "UTC" });
  return (
    // On any screen it may be wider than its place.
    <div className="overflow-x-auto">
      <Table label={t("retention")} className="w-auto min-w-full">
        <TableCaption>{t("retention")}</TableCaption>
        <TableHeader>
          <tr>
            <TableHead>{t("joined")}</TableHead>
            <TableHead numeric>{t("people")}</TableHead>
            {weeks.map((_, week) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the column is the week of that number.
              <TableHead key={week} numeric>
                {t("week", { week })}
              </TableHead>
            ))}
          </tr>
        </TableHeader>
        <TableBody>
          {cohorts.map(({ monday, size, came }) => (
            <TableRow key={monday.toISOString()}>
              <TableHead scope="row" className="static h-11 text-foreground">
                {t("span", { from: day(monday), to: day(addDays(monday, 6)) })}
              </TableHead>
              <TableCell numeric>{format.number(size)}</TableCell>
              {weeks.map((_, week) => {
                const count = came[week] ?? null;
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                  <TableCell key={week} numeric className={count === null ? "text-faint" : shadeOf(count / size)}>
                    {count === null ? "" : format.number(count / size, { style: "percent", maximumFractionDigits: 0 })}
                  </TableCell>
                );
              })}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function shadeOf(share: number): string {
  return SHADES.find(([from]) => share >= from)?.[1] ?? "";
}
