import type { ComponentProps } from "react";
import { cn } from "./cn";

const DOTS = { neutral: "hidden", ember: "bg-ember", success: "bg-success", warning: "bg-warning", danger: "bg-danger", info: "bg-info" };

/** A word about a thing. The tone is a dot beside the word: colour never says it alone. */
export function Badge({
  tone = "neutral",
  className,
  children,
  ...props
}: ComponentProps<"span"> & { tone?: keyof typeof DOTS | undefined }) {
  return (
    <span
      data-slot="badge"
      className={cn(
        "inline-flex h-5 align-middle items-center gap-1.5 whitespace-nowrap rounded-full border bg-surface px-2 font-medium text-muted text-xs",
        className,
      )}
      {...props}
    >
      <span className={cn("size-1.5 shrink-0 rounded-full", DOTS[tone])} />
      {children}
    </span>
  );
}
