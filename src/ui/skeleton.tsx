import type { ComponentProps } from "react";
import { cn } from "./cn";

/** The place of what is coming, in its size. Put `aria-busy` on the region around, and say there what is loading. */
export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="skeleton" aria-hidden="true" className={cn("h-4 animate-pulse rounded-md bg-border", className)} {...props} />;
}

/** The shape of a table that is on its way: as many rows as will probably come. */
export function TableSkeleton({ rows = 5, label }: { rows?: number; label: string }) {
  return (
    <div data-slot="table-skeleton" role="status" aria-label={label} className="grid border-t">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
        <div key={row} className="flex h-11 items-center gap-4 border-b px-2">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="ms-auto h-4 w-16" />
          <Skeleton className="h-4 w-20 max-sm:hidden" />
        </div>
      ))}
    </div>
  );
}
