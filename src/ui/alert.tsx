import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import { DangerIcon, InfoIcon, SuccessIcon, WarningIcon } from "./icons";

const tones = {
  danger: { Icon: DangerIcon, color: "text-danger", bar: "before:bg-danger" },
  warning: { Icon: WarningIcon, color: "text-warning", bar: "before:bg-warning" },
  info: { Icon: InfoIcon, color: "text-info", bar: "before:bg-info" },
  success: { Icon: SuccessIcon, color: "text-success", bar: "before:bg-success" },
};

type AlertProps = Omit<ComponentProps<"div">, "title"> & {
  tone?: keyof typeof tones;
  title?: ReactNode;
  /** A button or link that mends it. */
  action?: ReactNode;
};

/**
 * A message in the page. `role="alert"` (danger) and `role="status"` make it heard when it appears after loading.
 */
export function Alert({ tone = "info", title, action, className, children, ...props }: AlertProps) {
  const { Icon, color, bar } = tones[tone];
  return (
    <div
      data-slot="alert"
      role={tone === "danger" ? "alert" : "status"}
      className={cn(
        "relative flex items-start gap-2.5 overflow-hidden rounded-md border bg-surface py-2.5 ps-4 pe-3 text-body",
        "before:absolute before:inset-y-0 before:start-0 before:w-1",
        bar,
        className,
      )}
      {...props}
    >
      <Icon className={cn("mt-[calc((var(--body-leading)-1rem)/2)] size-4 shrink-0", color)} />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        {title && <p className="font-medium">{title}</p>}
        <div className={cn(title && "text-muted")}>{children}</div>
      </div>
      {action}
    </div>
  );
}
