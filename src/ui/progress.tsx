import { cn } from "./cn";

type ProgressProps = {
  /** 0 to 100; null while the end is not known. */
  value: number | null;
  /** What is progressing: "Uploading report.pdf". */
  label: string;
  tone?: "ember" | "success" | "danger";
  className?: string;
};

const fills = { ember: "fill-ember", success: "fill-success", danger: "fill-danger" };

/** A bar drawn as SVG: its width is an attribute, so the server can write it where the policy forbids inline styles. */
export function Progress({ value, label, tone = "ember", className }: ProgressProps) {
  const known = value === null ? null : Math.round(Math.min(100, Math.max(0, value)));
  return (
    <div
      data-slot="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known !== null && { "aria-valuenow": known })}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-border", className)}
    >
      <svg width="100%" height="100%" aria-hidden="true" className="block">
        <rect
          width={known === null ? "35%" : `${known}%`}
          height="100%"
          rx="3"
          className={cn(fills[tone], known === null ? "animate-pulse" : "transition-[width] duration-180")}
        />
      </svg>
    </div>
  );
}
