import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import type { IconProps } from "./icon";

export type AlertBoxProps = Omit<ComponentProps<"div">, "title"> & {
  title?: ReactNode;
  /** A button or link that mends it. */
  action?: ReactNode;
};

type Look = { Icon: (props: IconProps) => ReactNode; color: string; border: string };

/** The box of <Alert> and <DangerAlert>. */
export function AlertBox({ Icon, color, border, title, action, className, children, ...props }: AlertBoxProps & Look) {
  return (
    <div
      data-slot="alert"
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
