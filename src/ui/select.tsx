import type { ComponentProps } from "react";
import { cn } from "./cn";
import { controlClasses } from "./input";

/** The browser's own list of choices: it works without script, with every keyboard and on every phone. */
export function Select({ className, ...props }: ComponentProps<"select">) {
  return <select data-slot="select" className={cn(controlClasses, "h-11 px-2.5 sm:h-9", className)} {...props} />;
}
