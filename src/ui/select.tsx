import type { ComponentProps } from "react";
import { cn } from "./cn";
import { ChevronDownIcon } from "./icons";
import { controlClasses } from "./input";

/** The browser's own select, which every phone and screen reader knows, in our clothes. Children are `<option>`s. */
export function Select({ className, ...props }: ComponentProps<"select">) {
  return (
    <span data-slot="select" className={cn("relative block", className)}>
      <select className={cn(controlClasses, "h-11 appearance-none truncate ps-3 pe-9 sm:h-9")} {...props} />
      <ChevronDownIcon className="pointer-events-none absolute inset-y-0 end-3 my-auto size-4 text-muted" />
    </span>
  );
}
