"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { TrashIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";

type Answer = { ok: true; data: unknown } | { ok: false; error: { message: string } };

/** Deletes a request with everything it made, after it was asked about once more. */
export function DeleteRequest({ id, what, remove }: { id: string; what: string; remove: (which: { id: string }) => Promise<Answer> }) {
  const t = useTranslations("gallery");
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="ghost" size="icon-sm" aria-label={t("deleteRequestOf", { what })} onClick={() => setAsking(true)}>
        <TrashIcon />
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        label={t("deleteRequest")}
        title={t("deleteRequestTitle")}
        body={t("deleteRequestBody")}
        danger
        onConfirm={() => remove({ id })}
        onDone={() => toast.success(t("deleted"))}
      />
    </>
  );
}
