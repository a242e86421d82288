"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, buttonVariants } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DownloadIcon, TrashIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { useSelection } from "@/ui/use-selection";
import { deleteFiles } from "./actions";

/** What can be done with the files that are selected; there only while some are. */
export function FilesBar({ maxChosen }: { maxChosen: number }) {
  const t = useTranslations("files");
  const [{ ids }, select] = useSelection("files");
  const [asking, setAsking] = useState(false);
  const clear = () => select({ ids: [], all: null });
  const remove = async () => {
    const result = await deleteFiles({ ids });
    if (result.ok) {
      clear();
      toast.success(t("deletedMany", { count: result.data.count }));
    }
    return result;
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
        <p className="basis-full text-danger text-sm">{t("tooManyChosen", { max: maxChosen })}</p>
      ) : (
        <>
          <a href={`/api/files/archive?ids=${ids.join(",")}`} download className={buttonVariants({ variant: "secondary", size: "sm" })}>
            <DownloadIcon />
            {t("downloadMany")}
          </a>
          <Button variant="secondary" size="sm" onClick={() => setAsking(true)}>
            <TrashIcon />
            {t("deleteMany")}
          </Button>
        </>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        label={t("deleteMany")}
        title={t("deleteManyTitle", { count: ids.length })}
        body={t("deleteManyBody")}
        danger
        onConfirm={remove}
      />
    </section>
  );
}
