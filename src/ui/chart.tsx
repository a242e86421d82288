import { ChartPicture, type ChartSeries } from "./chart-picture";

export type { ChartSeries } from "./chart-picture";

type ChartProps = {
  /** What is shown: the name of the picture. */
  label: string;
  kind: "lines" | "bars";
  points: string[];
  /** What stands below the first and the last point. */
  ends: [string, string];
  series: ChartSeries[];
  /** A value in the reader's language; of an unknown one too. */
  format: (value: number | null) => string;
  /** How to walk through the points by keyboard. */
  hint: string;
};

/**
 * Lines, or bars that stand on each other. Pointer and arrow keys show the values of one point; a table of all of them belongs
 * beside it.
 */
export function Chart({ label, kind, points, ends, series, format, hint }: ChartProps) {
  const top = niceTop(Math.max(1, ...heights(kind, series)));
  const values = points.map((_, index) => series.map((one) => [one.name, format(one.values[index] ?? null)] as const));
  return (
    <ChartPicture
      label={label}
      hint={hint}
      kind={kind}
      series={series}
      ends={ends}
      top={top}
      scale={[format(top), format(top / 2), format(0)]}
      points={points.map((name, index) => ({ name, values: values[index] ?? [] }))}
    />
  );
}

/** The highest point of each column: of bars, all that stand on each other. */
function heights(kind: ChartProps["kind"], series: ChartSeries[]): number[] {
  if (kind === "lines") return series.flatMap(({ values }) => values.map((value) => value ?? 0));
  const columns = Math.max(0, ...series.map(({ values }) => values.length));
  return Array.from({ length: columns }, (_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
}

/** The next number that reads well and has a half: 2, 4, 6, 8, 10, 12, 16, 20, 30 … */
function niceTop(value: number): number {
  if (value <= 10) return 2 * Math.ceil(value / 2);
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.2, 1.6, 2, 3, 4, 5, 6, 8].find((one) => one * power >= value) ?? 10);
}
