import type { ReactNode } from "react";

/** A part of a page with a heading of its own. */
export function Section({
  title,
  description,
  action,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section data-slot="section" className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex items-start justify-between gap-4">
        <div className="grid gap-0.5">
          <h2 className="font-semibold text-base">{title}</h2>
          {description && <p className="max-w-read text-body text-muted">{description}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
