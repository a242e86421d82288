import type { ComponentProps, MouseEvent } from "react";
import { cn } from "./cn";
import { Spinner } from "./spinner";

const BASE = [
  "group/button relative inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-md font-medium text-body",
  "transition-[background-color,border-color,color,scale] active:scale-[0.985] disabled:pointer-events-none disabled:opacity-50",
  "[&_svg]:size-4 [&_svg]:shrink-0",
];
const VARIANTS = {
  primary: "bg-ember text-on-ember hover:bg-ember-hover",
  secondary: "border border-input bg-surface text-foreground hover:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-foreground aria-expanded:bg-hover aria-expanded:text-foreground",
  danger: "bg-danger text-on-danger hover:bg-danger-hover",
};
const SIZES = {
  sm: "h-9 px-3 sm:h-8",
  md: "h-11 px-4 sm:h-9",
  lg: "h-12 px-5 sm:h-11",
  icon: "size-11 sm:size-9",
  "icon-sm": "size-9 sm:size-8",
};

type Look = { variant?: keyof typeof VARIANTS | undefined; size?: keyof typeof SIZES | undefined };

/** The look alone, for links that act as a button: `<Link className={buttonVariants({ variant: "secondary" })}>`. */
export function buttonVariants({ variant = "primary", size = "md", className }: Look & { className?: string | undefined } = {}): string {
  return cn(BASE, VARIANTS[variant], SIZES[size], className);
}

export type ButtonProps = ComponentProps<"button"> &
  Look & {
    /** At work: shows a spinner, says so to screen readers, keeps focus and its width, and cannot be pressed again. */
    pending?: boolean | undefined;
  };

export function Button({ className, variant, size, pending = false, type = "button", onClick, children, ...props }: ButtonProps) {
  return (
    <button
      data-slot="button"
      type={type}
      className={cn(buttonVariants({ variant, size }), pending && "cursor-progress", className)}
      {...props}
      // aria-disabled rather than disabled: a disabled button drops the focus it holds.
      {...(pending ? { "aria-busy": true, "aria-disabled": true, onClick: stop } : onClick ? { onClick } : {})}
    >
      <span className={cn("inline-flex items-center justify-center gap-2", pending && "opacity-0")}>{children}</span>
      {pending && (
        <span className="absolute inset-0 grid place-items-center">
          <Spinner />
        </span>
      )}
    </button>
  );
}

/** Cancels the click, and with it the form submission that Enter or the pointer would start. */
function stop(event: MouseEvent) {
  event.preventDefault();
}
