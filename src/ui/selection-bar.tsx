"use client";

import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";
import { Button, buttonVariants } from "./button";
import { ConfirmDialog } from "./confirm-dialog";
import { DownloadIcon, TrashIcon } from "./icons";
import { toast } from "./toast";
import { useSelection } from "./use-selection";

type Answer = { ok: true; data: unknown } | { ok: false; error: { message: string } };
type SelectionBarProps = {
  /** Of the selection. */
  name: string;
  maxChosen: number;
  remove: (chosen: { ids: string[] }) => Promise<Answer>;
};

/** What can be done with the files that are selected; there only while some are, and they are while one stays on the page. The page gives the texts of `selection`. */
export function SelectionBar({ name, maxChosen, remove }: SelectionBarProps) {
  const t = useTranslations("selection");
  const [{ ids }, select] = useSelection(name);
  const [asking, setAsking] = useState(false);
  const clear = () => select({ ids: [], all: null });
  const leave = useEffectEvent(clear);
  useEffect(() => {
    const { pathname } = location;
    // Gone, too, while another part of the list comes: that is the same page.
    return () => {
      if (location.pathname !== pathname) leave();
    };
  }, []);
  const removed = () => {
    clear();
    toast.success(t("deleted", { count: ids.length }));
  };
  if (ids.length === 0) return null;
  return (
    <section
      aria-label={t("bar")}
      className="sticky bottom-4 z-20 mt-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-raised px-4 py-3 text-body shadow-float"
    >
      <p className="me-auto tabular-nums" role="status">
        {t("selected", { count: ids.length })}
      </p>
      <Button variant="ghost" size="sm" onClick={clear}>
        {t("clear")}
      </Button>
      {ids.length > maxChosen ? (
        <p className="basis-full text-danger text-sm">{t("tooMany", { max: maxChosen })}</p>
      ) : (
        <>
          <a href={`/api/files/archive?ids=${ids.join(",")}`} download className={buttonVariants({ variant: "secondary", size: "sm" })}>
            <DownloadIcon />
            {t("download")}
          </a>
          <Button variant="secondary" size="sm" onClick={() => setAsking(true)}>
            <TrashIcon />
            {t("delete")}
          </Button>
        </>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        label={t("delete")}
        title={t("deleteTitle", { count: ids.length })}
        body={t("deleteBody")}
        danger
        onConfirm={() => remove({ ids })}
        onDone={removed}
      />
    </section>
  );
}
