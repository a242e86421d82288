import type { ComponentProps } from "react";
import { cn } from "./cn";

/**
 * Rows of 44 px, a header that stays in sight. On a phone the table scrolls sideways in its frame; from there on the
 * frame lets go, since a scrolling frame would hold the header back.
 */
export function Table({
  className,
  frameClassName,
  label,
  ...props
}: ComponentProps<"table"> & {
  /** For a table too wide for a desk, too: `overflow-x-auto` from whatever width on; its header does not stay in sight then. */
  frameClassName?: string;
  /** Names the frame where nothing in the table takes the focus: it does then, to be scrolled by keyboard. */
  label?: string;
}) {
  return (
    <div
      data-slot="table-frame"
      className={cn("relative w-full max-md:overflow-x-auto", frameClassName)}
      {...(label && { role: "region", "aria-label": label, tabIndex: 0 })}
    >
      <table data-slot="table" className={cn("w-full border-separate border-spacing-0 text-body", className)} {...props} />
    </div>
  );
}

/** Names the table for screen readers. */
export function TableCaption({ className, ...props }: ComponentProps<"caption">) {
  return <caption data-slot="table-caption" className={cn("sr-only", className)} {...props} />;
}

export function TableHeader(props: ComponentProps<"thead">) {
  return <thead data-slot="table-header" {...props} />;
}

export function TableBody(props: ComponentProps<"tbody">) {
  return <tbody data-slot="table-body" {...props} />;
}

export function TableRow({ className, ...props }: ComponentProps<"tr">) {
  return (
    <tr
      data-slot="table-row"
      className={cn("group/row transition-colors hover:bg-hover aria-selected:bg-ember-soft", className)}
      {...props}
    />
  );
}

type CellProps = { /** Right-aligned, as numbers are compared. */ numeric?: boolean };

export function TableHead({ numeric = false, className, ...props }: ComponentProps<"th"> & CellProps) {
  return (
    <th
      data-slot="table-head"
      scope="col"
      className={cn(
        "sticky top-0 z-10 h-10 whitespace-nowrap border-b bg-background px-3 font-medium text-muted text-xs first:ps-2 last:pe-2",
        numeric ? "text-end" : "text-start",
        className,
      )}
      {...props}
    />
  );
}

export function TableCell({ numeric = false, className, ...props }: ComponentProps<"td"> & CellProps) {
  return (
    <td
      data-slot="table-cell"
      className={cn("h-11 border-b px-3 py-1 first:ps-2 last:pe-2", numeric ? "whitespace-nowrap text-end" : "text-start", className)}
      {...props}
    />
  );
}
