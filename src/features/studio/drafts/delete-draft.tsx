"use client";

import { useTranslations } from "next-intl";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { toast } from "@/ui/toast";
import { deleteDraft } from "./actions";

/** Deletes a draft, after it was asked about once more. */
export function DeleteDraft({ id }: { id: string }) {
  const t = useTranslations("drafts");
  return (
    <ConfirmedButton
      danger
      size="sm"
      label={t("delete")}
      title={t("deleteTitle")}
      body={t("deleteBody")}
      onConfirm={() => deleteDraft({ id })}
      onDone={() => toast.success(t("deleted"))}
    />
  );
}
