import type { ReactNode } from "react";
import { cn } from "./cn";

type PageHeaderProps = {
  title: ReactNode;
  /** One sentence. */
  description?: ReactNode;
  /** The page's one primary action. */
  action?: ReactNode;
  className?: string;
};

/** How every page begins. */
export function PageHeader({ title, description, action, className }: PageHeaderProps) {
  return (
    <header
      data-slot="page-header"
      className={cn("flex flex-col gap-4 pb-6 sm:flex-row sm:items-start sm:justify-between sm:pb-8", className)}
    >
      <div className="grid min-w-0 gap-1">
        <h1 className="font-semibold text-xl tracking-[-0.015em] [overflow-wrap:anywhere]">{title}</h1>
        {description && <p className="max-w-read text-body text-muted">{description}</p>}
      </div>
      {action && <div className="flex shrink-0 gap-2 max-sm:*:flex-1">{action}</div>}
    </header>
  );
}
