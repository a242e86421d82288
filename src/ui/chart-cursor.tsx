"use client";

import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { cn } from "./cn";

export interface ChartPoint {
  name: string;
  values: (readonly [name: string, value: string])[];
}

/** Shows the values of the point under the pointer, or of the one that the arrow keys have come to. */
export function ChartCursor({ label, points }: { label: string; points: ChartPoint[] }) {
  const last = points.length - 1;
  const [at, setAt] = useState(last);
  const [shown, setShown] = useState(false);
  const point = points[at];
  const show = (index: number) => {
    setAt(Math.min(last, Math.max(0, index)));
    setShown(true);
  };
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    show(Math.floor(((event.clientX - left) / width) * points.length));
  };
  const onKey = (event: KeyboardEvent) => {
    const target = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") setShown(false);
    if (target === undefined) return;
    event.preventDefault();
    show(target);
  };
  if (!point) return null;
  const across = ((at + 0.5) / points.length) * 100;
  const isRight = across > 50;
  return (
    <>
      <div
        data-slot="chart-cursor"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={[point.name, ...point.values.map((pair) => pair.join(" "))].join(", ")}
        className="absolute inset-0 rounded-xs"
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={(event) => event.currentTarget !== document.activeElement && setShown(false)}
        onKeyDown={onKey}
        onFocus={() => setShown(true)}
        onBlur={() => setShown(false)}
      />
      {shown && (
        // What the slider's own text says, for the eye.
        <div aria-hidden="true" className="pointer-events-none absolute inset-0 z-20">
          <span className="absolute inset-y-0 w-px bg-foreground/50" style={{ left: `${across}%` }} />
          <div
            data-slot="chart-tooltip"
            className={cn(
              "absolute top-1 grid w-max grid-cols-[auto_auto] gap-x-4 gap-y-0.5 rounded-md bg-raised px-3 py-2 text-sm shadow-float",
              isRight ? "me-2" : "ms-2",
            )}
            style={isRight ? { right: `${100 - across}%` } : { left: `${across}%` }}
          >
            <p className="col-span-2 font-medium">{point.name}</p>
            {point.values.map(([name, value]) => (
              <div key={name} className="contents">
                <span className="text-muted">{name}</span>
                <span className="text-end tabular-nums">{value}</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </>
  );
}
