import type { ComponentProps } from "react";
import { cn } from "./cn";

/** What every box one types in shares; padding and height are each control's own. */
export const controlClasses = [
  "w-full min-w-0 rounded-md border border-input bg-surface text-body text-foreground",
  "transition-[border-color,box-shadow] hover:border-faint",
  "focus-visible:border-ember focus-visible:outline-offset-0",
  "aria-invalid:border-danger aria-invalid:focus-visible:outline-danger",
  "disabled:cursor-not-allowed disabled:bg-background disabled:text-faint [&[readonly]]:bg-background",
];

export function Input({ className, type = "text", ...props }: ComponentProps<"input">) {
  return <input data-slot="input" type={type} className={cn(controlClasses, "h-11 px-3 sm:h-9", className)} {...props} />;
}
