import type { ComponentProps } from "react";
import { cn } from "./cn";
import { CheckIcon, MinusIcon } from "./icons";

/** The browser's own checkbox. For "some of them" set `ref.current.indeterminate`; the dash appears by itself. */
export function Checkbox({ className, ...props }: Omit<ComponentProps<"input">, "type">) {
  return (
    <span data-slot="checkbox" className={cn("relative inline-grid size-4 align-middle shrink-0 place-items-center", className)}>
      <input
        type="checkbox"
        className={cn(
          "peer relative size-4 cursor-pointer before:absolute before:-inset-2.5 appearance-none rounded-xs border border-faint bg-surface transition-colors",
          "checked:border-ember checked:bg-ember indeterminate:border-ember indeterminate:bg-ember aria-invalid:border-danger",
          "disabled:cursor-not-allowed disabled:opacity-50",
        )}
        {...props}
      />
      <CheckIcon
        strokeWidth={3}
        className="pointer-events-none absolute size-3 text-on-ember opacity-0 peer-checked:opacity-100 peer-indeterminate:opacity-0"
      />
      <MinusIcon strokeWidth={3} className="pointer-events-none absolute size-3 text-on-ember opacity-0 peer-indeterminate:opacity-100" />
    </span>
  );
}
