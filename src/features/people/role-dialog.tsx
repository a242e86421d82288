"use client";

import { subject } from "@casl/ability";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { PencilIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { changeRole } from "./actions";

type RoleDialogProps = { userId: string; name: string; role: "MEMBER" | "ADMIN" };

/** Names the person, says what the other role means, and gives it. Hidden from whoever may not. */
export function RoleDialog({ userId, name, role }: RoleDialogProps) {
  const t = useTranslations("people");
  const [open, setOpen] = useState(false);
  const next = role === "ADMIN" ? "MEMBER" : "ADMIN";
  return (
    <Can I="update" this={subject("User", { id: userId })} field="role">
      <Button variant="ghost" size="sm" aria-label={t("changeRoleFor", { name })} onClick={() => setOpen(true)}>
        <span className="max-sm:sr-only">{t("changeRole")}</span>
        <PencilIcon className="sm:hidden" />
      </Button>
      <ConfirmDialog
        label={t("changeRole")}
        title={t("dialogTitle", { name })}
        body={next === "ADMIN" ? t("toADMIN", { name }) : t("toMEMBER", { name })}
        needsProof={next === "ADMIN"}
        onConfirm={() => changeRole({ userId, role: next })}
        onDone={() => toast.success(t("changed", { name, role: t(next) }))}
        open={open}
        onClose={() => setOpen(false)}
      />
    </Can>
  );
}
