import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import { DangerIcon, InfoIcon, SuccessIcon, WarningIcon } from "./form-icons";

const tones = {
  danger: { Icon: DangerIcon, color: "text-danger", border: "border-danger/45" },
  warning: { Icon: WarningIcon, color: "text-warning", border: "border-warning/45" },
  info: { Icon: InfoIcon, color: "text-info", border: "border-info/45" },
  success: { Icon: SuccessIcon, color: "text-success", border: "border-success/45" },
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
  const { Icon, color, border } = tones[tone];
  return (
    <div
      data-slot="alert"
      role={tone === "danger" ? "alert" : "status"}
      className={cn("flex flex-wrap items-start gap-x-2.5 gap-y-3 rounded-md border bg-surface px-3 py-2.5 text-body", border, className)}
      {...props}
    >
      <Icon className={cn("mt-[calc((var(--body-leading)-1rem)/2)] size-4 shrink-0", color)} />
      <div className="min-w-48 flex-1 [overflow-wrap:anywhere]">
        {title && <p className="font-medium">{title}</p>}
        <div className={cn(title && "text-muted")}>{children}</div>
      </div>
      {action && <div className="max-sm:ms-6.5">{action}</div>}
    </div>
  );
}
