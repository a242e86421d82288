import type { ComponentProps } from "react";
import { cn } from "./cn";
import { controlClasses } from "./input";

/** Grows with its text where the browser can, in height only: its longest line must not widen the form. */
export function Textarea({ className, rows = 3, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      data-slot="textarea"
      rows={rows}
      className={cn(controlClasses, "field-sizing-content max-h-80 min-h-24 resize-y px-3 py-2 [contain:inline-size]", className)}
      {...props}
    />
  );
}
