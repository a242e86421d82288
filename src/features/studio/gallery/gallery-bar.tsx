"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, buttonVariants } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DownloadIcon, TrashIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { useSelection } from "@/ui/use-selection";

type Answer = { ok: true; data: unknown } | { ok: false; error: { message: string } };
type GalleryBarProps = { name: "images" | "videos"; maxChosen: number; remove: (chosen: { ids: string[] }) => Promise<Answer> };

/** What can be done with the results that are selected, by their files; there only while some are. */
export function GalleryBar({ name, maxChosen, remove }: GalleryBarProps) {
  const t = useTranslations("gallery");
  const [{ ids }, select] = useSelection(name);
  const [asking, setAsking] = useState(false);
  const clear = () => select({ ids: [], all: null });
  const done = () => {
    clear();
    toast.success(t("deleted"));
  };
  if (ids.length === 0) return null;
  return (
    <section
      aria-label={t("selection")}
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
            {t("deleteChosen")}
          </Button>
        </>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        label={t("deleteChosen")}
        title={t("deleteTitle", { count: ids.length })}
        body={t("deleteBody")}
        danger
        onConfirm={() => remove({ ids })}
        onDone={done}
      />
    </section>
  );
}
