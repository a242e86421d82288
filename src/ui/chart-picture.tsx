"use client";

import { ChartCursor, type ChartPoint } from "./chart-cursor";

/** How a series is drawn: what it is about in ember, the rest in neutrals; each also by its line or its filling, never by colour alone. */
type Mark = "subject" | "dashed" | "dotted" | "hollow";

export interface ChartSeries {
  name: string;
  mark: Mark;
  /** One for each point; null where nothing is known. */
  values: (number | null)[];
}

type PictureProps = {
  label: string;
  hint: string;
  kind: "lines" | "bars";
  series: ChartSeries[];
  /** The value at the upper edge. */
  top: number;
  /** What stands at the upper edge, in the middle, at the foot. */
  scale: [string, string, string];
  points: ChartPoint[];
  /** What stands below the first and the last of them. */
  ends: [string, string];
};

const HEIGHT = 100;
/** How wide a point that stands alone is, in pixels. */
const DOT = 7;
const STROKES: Record<Mark, string> = {
  subject: "stroke-ember",
  dashed: "stroke-foreground [stroke-dasharray:6_4]",
  dotted: "stroke-muted [stroke-dasharray:1_5]",
  hollow: "stroke-foreground",
};
const FILLS: Record<Mark, string> = {
  subject: "fill-ember",
  dashed: "fill-muted",
  dotted: "fill-faint",
  hollow: "fill-surface stroke-foreground",
};

/**
 * The picture of a chart: it stretches, its text does not. A client component, although the server draws it: what of a server
 * component comes late is hidden by an inline style within an SVG, which the policy forbids.
 */
export function ChartPicture({ label, hint, kind, series, top, scale, points, ends }: PictureProps) {
  const shapes = kind === "lines" ? lines(series, top) : bars(series, top);
  return (
    <div data-slot="chart" className="grid gap-3">
      <Legend kind={kind} series={series} />
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
        <div aria-hidden="true" className="-my-2 flex flex-col justify-between text-end text-faint text-xs tabular-nums">
          {scale.map((text) => (
            <span key={text}>{text}</span>
          ))}
        </div>
        <div className="relative h-44">
          <svg
            viewBox={`0 0 ${points.length} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={label}
            className="absolute inset-0 size-full overflow-visible"
          >
            {[0, HEIGHT / 2, HEIGHT].map((line) => (
              <path key={line} d={`M0 ${line}H${points.length}`} vectorEffect="non-scaling-stroke" className="stroke-border" />
            ))}
            {shapes.map(({ name, mark, path }) => (
              <path
                key={name}
                d={path}
                vectorEffect="non-scaling-stroke"
                {...(kind === "lines"
                  ? { fill: "none", strokeWidth: 2, strokeLinecap: "round", strokeLinejoin: "round", className: STROKES[mark] }
                  : { className: FILLS[mark] })}
              />
            ))}
            {kind === "lines" &&
              alone(series, top).map(({ name, mark, path }) => (
                <path
                  key={name}
                  d={path}
                  vectorEffect="non-scaling-stroke"
                  fill="none"
                  strokeWidth={DOT}
                  strokeLinecap="round"
                  className={STROKES[mark]}
                />
              ))}
          </svg>
          <ChartCursor label={`${label}. ${hint}`} points={points} />
        </div>
        <div aria-hidden="true" className="col-start-2 mt-2 flex justify-between gap-4 whitespace-nowrap text-faint text-xs">
          <span>{ends[0]}</span>
          {points.length > 1 && <span>{ends[1]}</span>}
        </div>
      </div>
    </div>
  );
}

function Legend({ kind, series }: Pick<PictureProps, "kind" | "series">) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-muted text-sm">
      {series.map(({ name, mark }) => (
        <li key={name} className="flex items-center gap-2">
          <svg width={kind === "lines" ? 22 : 10} height="10" aria-hidden="true">
            {kind === "lines" ? (
              <path d="M1 5h20" strokeWidth="2" strokeLinecap="round" className={STROKES[mark]} />
            ) : (
              <rect x="0.5" y="0.5" width="9" height="9" rx="2" className={FILLS[mark]} />
            )}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

type Shape = { name: string; mark: Mark; path: string };

/** Through the middle of each point's column; broken where nothing is known. */
function lines(series: ChartSeries[], top: number): Shape[] {
  const pathOf = (values: ChartSeries["values"]) =>
    values
      .map((value, index) => {
        if (value === null) return "";
        const at = `${index + 0.5} ${y(value, top)}`;
        return index > 0 && values[index - 1] !== null ? `L${at}` : `M${at}`;
      })
      .join("");
  // What it is about lies on top.
  return series.map(({ name, mark, values }) => ({ name, mark, path: pathOf(values) })).reverse();
}

/** A dot for each point without a neighbour, through which no line goes: that of the first day of all. */
function alone(series: ChartSeries[], top: number): Shape[] {
  const pathOf = (values: ChartSeries["values"]) =>
    values
      // A line of no length still has its round ends.
      .map((value, index) =>
        value === null || known(values[index - 1]) || known(values[index + 1]) ? "" : `M${index + 0.5} ${y(value, top)}h0`,
      )
      .join("");
  return series
    .map(({ name, mark, values }) => ({ name, mark, path: pathOf(values) }))
    .filter(({ path }) => path)
    .reverse();
}

function known(value: number | null | undefined): boolean {
  return value !== null && value !== undefined;
}

/** Each series on those before it. */
function bars(series: ChartSeries[], top: number): Shape[] {
  const below: number[] = [];
  return series.map(({ name, mark, values }) => {
    const path = values.map((value, index) => {
      const from = below[index] ?? 0;
      const to = from + (value ?? 0);
      below[index] = to;
      return to === from ? "" : `M${index + 0.14} ${y(from, top)}V${y(to, top)}h0.72V${y(from, top)}Z`;
    });
    return { name, mark, path: path.join("") };
  });
}

/** Where a value stands, from above. */
function y(value: number, top: number): number {
  return Math.round((HEIGHT - (value / top) * HEIGHT) * 100) / 100;
}
