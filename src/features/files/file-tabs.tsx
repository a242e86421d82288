import { getTranslations } from "next-intl/server";
import { cn } from "@/ui/cn";
import { SoftLink } from "@/ui/soft-link";

/** Between one's own files and those of the organisation one looks at. */
export async function FileTabs({ organization: { name }, shared }: { organization: { name: string }; shared: boolean }) {
  const t = await getTranslations("files");
  const tabs = [
    { href: "/files", label: t("own"), current: !shared, className: "shrink-0" },
    { href: "/files?shared=1", label: t("sharedWith", { name }), current: shared, className: "min-w-0" },
  ];
  return (
    <nav aria-label={t("tabs")} className="mb-5 flex gap-5 border-b">
      {tabs.map(({ href, label, current, className }) => (
        <SoftLink
          key={href}
          href={href}
          aria-current={current ? "page" : undefined}
          className={cn(
            "-mb-px truncate border-b-2 py-2 text-body",
            className,
            current ? "border-ember font-medium" : "border-transparent text-muted hover:text-foreground",
          )}
        >
          {label}
        </SoftLink>
      ))}
    </nav>
  );
}
