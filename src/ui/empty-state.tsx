import type { ReactNode } from "react";
import { cn } from "./cn";

type EmptyStateProps = {
  /** What the place looks like empty: a tray to put things in, a lens that found nothing, seats to fill, a door. */
  drawing?: keyof typeof drawings;
  title: ReactNode;
  /** One sentence. */
  description?: ReactNode;
  action?: ReactNode;
  className?: string;
};

/** Instead of an empty list: what will stand here, and the one thing to do about it. */
export function EmptyState({ drawing = "tray", title, description, action, className }: EmptyStateProps) {
  return (
    <div
      data-slot="empty-state"
      className={cn("flex flex-col items-center rounded-lg border border-dashed border-input px-6 py-14 text-center", className)}
    >
      <svg
        viewBox="0 0 96 72"
        fill="none"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        className="mb-5 h-18 w-24 stroke-faint"
      >
        {drawings[drawing]}
      </svg>
      <p className="text-balance font-semibold text-base">{title}</p>
      {description && <p className="mt-1 max-w-96 text-balance text-body text-muted">{description}</p>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

const drawings = {
  tray: (
    <>
      <path d="M18 40 28 18h40l10 22v14a5 5 0 0 1-5 5H23a5 5 0 0 1-5-5V40Z" />
      <path d="M18 40h17a3 3 0 0 1 3 3 4 4 0 0 0 4 4h12a4 4 0 0 0 4-4 3 3 0 0 1 3-3h17" />
      <path className="stroke-ember" d="M48 6v22m-6-6 6 6 6-6" />
    </>
  ),
  lens: (
    <>
      <path d="M16 18h26M16 30h18M16 42h16M16 54h24" />
      <circle className="fill-background" cx="56" cy="34" r="17" />
      <path d="m68.5 46.5 13 13" />
      <path className="stroke-ember" d="M47 34a9 9 0 0 1 9-9" />
    </>
  ),
  seats: (
    <>
      <circle cx="48" cy="23" r="9" />
      <path d="M30 58v-3a16 16 0 0 1 16-16h4a16 16 0 0 1 16 16v3" />
      <path d="M24 20a7 7 0 0 0 0 14M12 56v-2a12 12 0 0 1 9-11.6M72 20a7 7 0 0 1 0 14" />
      <path className="stroke-ember" d="M80 46v12M74 52h12" />
    </>
  ),
  door: (
    <>
      <path d="M8 62h80M30 62V30a18 18 0 0 1 36 0v32" />
      <path d="M37 62V30a11 11 0 0 1 22 0v32" />
      <path className="stroke-ember" d="M41 62a7 7 0 0 1 14 0M48 49v-5M39.5 53.5 36 51M56.5 53.5 60 51" />
    </>
  ),
};
