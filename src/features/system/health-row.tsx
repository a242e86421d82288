import type { ReactNode } from "react";
import { Badge } from "@/ui/badge";

export type Tone = "success" | "warning" | "danger" | "neutral";

/** One thing the site stands on: how it does, how long it takes to answer, what there is to know, and what to do where it does badly. */
export function HealthRow({
  name,
  tone,
  word,
  latency,
  todo,
  children,
}: {
  name: string;
  tone: Tone;
  word: string;
  latency?: string | null;
  todo?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[9rem_minmax(0,1fr)_auto]">
      <span className="font-medium text-body">{name}</span>
      <div className="min-w-0 text-body text-muted max-sm:order-last [overflow-wrap:anywhere]">
        {children}
        {todo && <p className="text-foreground">{todo}</p>}
      </div>
      <span className="flex items-center gap-3 sm:justify-end">
        {latency && <span className="text-muted text-sm tabular-nums">{latency}</span>}
        <Badge tone={tone}>{word}</Badge>
      </span>
    </li>
  );
}
