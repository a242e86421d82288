import { getTranslations } from "next-intl/server";
import { cn } from "@/ui/cn";
import { GridIcon, LogIcon } from "@/ui/icons";
import { SoftLink } from "@/ui/soft-link";
import { filesAddress } from "./address";
import { FILE_KINDS, type FilesQuery } from "./schema";

/** Which files are shown, and whether as a list or as pictures; both stand in the address. */
export async function FileFilters({ kind, view = "list" }: Pick<FilesQuery, "kind" | "view">) {
  const t = await getTranslations("files");
  const looks = [
    { look: "list", icon: <LogIcon />, label: t("asList") },
    { look: "grid", icon: <GridIcon />, label: t("asGrid") },
  ] as const;
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
      <nav aria-label={t("kinds")} className="flex flex-wrap gap-1">
        {[undefined, ...FILE_KINDS].map((one) => (
          <SoftLink
            key={one ?? "all"}
            href={filesAddress({ kind: one, view })}
            aria-current={one === kind ? "page" : undefined}
            className={cn(
              "rounded-md px-3 py-1.5 text-body transition-colors hover:bg-hover hover:text-foreground",
              one === kind ? "bg-hover font-medium" : "text-muted",
            )}
          >
            {t(`kind.${one ?? "all"}`)}
          </SoftLink>
        ))}
      </nav>
      <nav aria-label={t("look")} className="flex gap-1">
        {looks.map(({ look, icon, label }) => (
          <SoftLink
            key={look}
            href={filesAddress({ kind, view: look })}
            aria-label={label}
            title={label}
            aria-current={look === view ? "page" : undefined}
            className={cn(
              "grid size-9 place-items-center rounded-md transition-colors hover:bg-hover hover:text-foreground",
              look === view ? "bg-hover" : "text-muted",
            )}
          >
            {icon}
          </SoftLink>
        ))}
      </nav>
    </div>
  );
}
