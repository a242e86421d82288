import type { ComponentProps } from "react";
import { cn } from "./cn";

/** The place of what is coming, in its size. Put `aria-busy` on the region around, and say there what is loading. */
export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="skeleton" aria-hidden="true" className={cn("h-4 animate-pulse rounded-md bg-border", className)} {...props} />;
}
