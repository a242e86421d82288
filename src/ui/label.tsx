import type { ComponentProps } from "react";
import { cn } from "./cn";

export function Label({ className, ...props }: ComponentProps<"label">) {
  // biome-ignore lint/a11y/noLabelWithoutControl: htmlFor comes in with the props.
  return <label data-slot="label" className={cn("block font-medium text-body", className)} {...props} />;
}
