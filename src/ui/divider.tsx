import type { ReactNode } from "react";

/** A line with a word in it, between two ways of doing the same thing. */
export function Divider({ children }: { children: ReactNode }) {
  return (
    <div
      data-slot="divider"
      className="flex items-center gap-3 text-muted text-sm before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border"
    >
      {children}
    </div>
  );
}
