"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuSeparator, DropdownMenuTrigger } from "@/ui/dropdown-menu";
import { useSelection } from "@/ui/use-selection";
import { type BulkAct, BulkDialog, type BulkWhat } from "./bulk-dialog";

const ACTS: BulkAct[] = ["role_ADMIN", "role_MEMBER", "verify", "signOut", "unban", "keep", "ban", "delete"];

type BulkBarProps = {
  /** The name of the selection, and the search that is shown. */
  name: string;
  scope: string;
  /** The filter that finds what is shown, and in words how many it finds. */
  filter: Record<string, string>;
  count: string;
  /** Who that is, where one page shows them all. */
  whole: string[] | null;
  maxChosen: number;
  deletionDays: number;
};

/** What can be done with the people who are selected; there only while somebody is. */
export function BulkBar({ name, scope, filter, count, whole, maxChosen, deletionDays }: BulkBarProps) {
  const t = useTranslations("peopleJobs");
  const [selection, select] = useSelection(name);
  const [what, setWhat] = useState<BulkWhat | null>(null);
  const isAll = selection.all === scope;
  const chosen = selection.ids.length;
  const isWhole = whole?.every((id) => selection.ids.includes(id)) ?? false;
  const clear = () => select({ ids: [], all: null });
  if (!isAll && chosen === 0) return null;
  return (
    <section
      aria-label={t("bar")}
      className="sticky bottom-4 z-20 mt-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-raised px-4 py-3 text-body shadow-float"
    >
      <p className="me-auto tabular-nums" role="status">
        {isAll ? t("allSelected", { count }) : t("selected", { count: chosen })}
      </p>
      {!isAll && !isWhole && (
        <Button variant="ghost" size="sm" onClick={() => select({ ids: [], all: scope })}>
          {t("selectAll", { count })}
        </Button>
      )}
      <Button variant="ghost" size="sm" onClick={clear}>
        {t("clear")}
      </Button>
      {!isAll && chosen > maxChosen ? (
        <p className="basis-full text-danger text-sm">{t("tooMany", { max: maxChosen })}</p>
      ) : (
        <DropdownMenu>
          <DropdownMenuTrigger render={<Button size="sm">{t("do")}</Button>} />
          <DropdownMenuContent side="top">
            {ACTS.map((act) => (
              <DropdownMenuItem key={act} danger={act === "ban" || act === "delete"} onClick={() => setWhat(act)}>
                {t(`acts.${act}`, { days: deletionDays })}
              </DropdownMenuItem>
            ))}
            <DropdownMenuSeparator />
            <DropdownMenuItem onClick={() => setWhat("export")}>{t("export")}</DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      )}
      {what && (
        <BulkDialog
          what={what}
          whom={isAll ? { filter } : { ids: selection.ids }}
          deletionDays={deletionDays}
          onClose={() => setWhat(null)}
          onStarted={clear}
        />
      )}
    </section>
  );
}
