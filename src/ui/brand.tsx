import { cn } from "./cn";
import { Mark } from "./mark";

type BrandProps = { href: string; name: string; className?: string };

/** The mark and the name, leading home. A plain link: it crosses from one shell to another, where all is loaded anew anyway. */
export function Brand({ href, name, className }: BrandProps) {
  return (
    <a
      data-slot="brand"
      href={href}
      className={cn("inline-flex items-center gap-2 rounded-md font-semibold text-base tracking-[-0.01em]", className)}
    >
      <Mark className="size-6 text-ember" />
      {name}
    </a>
  );
}
