import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const dot = cva("size-1.5 shrink-0 rounded-full", {
  variants: {
    tone: { neutral: "hidden", ember: "bg-ember", success: "bg-success", warning: "bg-warning", danger: "bg-danger", info: "bg-info" },
  },
  defaultVariants: { tone: "neutral" },
});

/** A word about a thing. The tone is a dot beside the word: colour never says it alone. */
export function Badge({ tone, className, children, ...props }: ComponentProps<"span"> & VariantProps<typeof dot>) {
  return (
    <span
      data-slot="badge"
      className={cn(
        "inline-flex h-5 align-middle items-center gap-1.5 whitespace-nowrap rounded-full border bg-surface px-2 font-medium text-muted text-xs",
        className,
      )}
      {...props}
    >
      <span className={dot({ tone })} />
      {children}
    </span>
  );
}
