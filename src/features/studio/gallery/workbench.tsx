import { getTranslations } from "next-intl/server";
import { type ReactNode, Suspense } from "react";
import { cn } from "@/ui/cn";
import { TableSkeleton } from "@/ui/skeleton";

/** What asks for something, where one may, beside what has come of it; `label` names that. */
export async function Workbench({ label, request, children }: { label: string; request?: ReactNode; children: ReactNode }) {
  const common = await getTranslations("common");
  return (
    <div className={cn("grid gap-10", request && "lg:grid-cols-[19rem_minmax(0,1fr)] lg:items-start")}>
      {request}
      <section aria-label={label} className="min-w-0">
        <Suspense fallback={<TableSkeleton label={common("loading")} />}>{children}</Suspense>
      </section>
    </div>
  );
}
