import { cn } from "./cn";
import { SoftLink } from "./soft-link";

/** Between the views of one page, each with an address of its own; the last gives way where there is no room for all. */
export function LinkTabs({ label, tabs }: { label: string; tabs: { href: string; label: string; isCurrent: boolean }[] }) {
  return (
    <nav aria-label={label} className="mb-5 flex gap-5 border-b">
      {tabs.map((tab) => (
        <SoftLink
          key={tab.href}
          href={tab.href}
          aria-current={tab.isCurrent ? "page" : undefined}
          className={cn(
            "-mb-px shrink-0 truncate border-b-2 py-2 text-body last:min-w-0 last:shrink",
            tab.isCurrent ? "border-ember font-medium" : "border-transparent text-muted hover:text-foreground",
          )}
        >
          {tab.label}
        </SoftLink>
      ))}
    </nav>
  );
}
