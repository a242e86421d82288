import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { Chart, type ChartSeries } from "@/ui/chart";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import type { Span } from "./series";

type SeriesChartProps = { title: string; kind: "lines" | "bars"; spans: Span[]; series: ChartSeries[] };

/** A picture of some series over the range, and behind a click the same numbers as a table. */
export async function SeriesChart({ title, kind, spans, series }: SeriesChartProps) {
  const [t, format] = await Promise.all([getTranslations("figures"), getFormatter()]);
  const day = (date: Date) => format.dateTime(date, { dateStyle: "medium", timeZone: "UTC" });
  const points = spans.map(({ from, to }) => (from.getTime() === to.getTime() ? day(from) : t("span", { from: day(from), to: day(to) })));
  const [first, last] = [spans[0], spans.at(-1)];
  const ends: [string, string] = [first ? day(first.from) : "", last ? day(last.to) : ""];
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  return (
    <div className="grid gap-3">
      <Chart label={title} kind={kind} points={points} ends={ends} series={series} format={number} hint={t("hint")} />
      <details>
        <summary className="w-fit py-1 text-muted text-sm hover:text-foreground">{t("asTable")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
        <section aria-label={title} tabIndex={0} className="mt-2 max-h-96 overflow-y-auto rounded-md border px-1">
          <Table>
            <TableCaption>{title}</TableCaption>
            <TableHeader>
              <tr>
                <TableHead>{t("day")}</TableHead>
                {series.map(({ name }) => (
                  <TableHead key={name} numeric>
                    {name}
                  </TableHead>
                ))}
              </tr>
            </TableHeader>
            <TableBody>
              {points.map((point, index) => (
                <TableRow key={point}>
                  <TableCell className="whitespace-nowrap">{point}</TableCell>
                  {series.map(({ name, values }) => (
                    <TableCell key={name} numeric>
                      {number(values[index] ?? null)}
                    </TableCell>
                  ))}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </section>
      </details>
    </div>
  );
}
