"use client";

import { subject } from "@casl/ability";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { Can } from "@/access/ability-provider";
import { Alert } from "@/ui/alert";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
  AlertDialogTrigger,
} from "@/ui/alert-dialog";
import { Button } from "@/ui/button";
import { PencilIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { changeRole } from "./actions";

type RoleDialogProps = { userId: string; name: string; role: "MEMBER" | "ADMIN" };

/** Names the person, says what the other role means, and gives it. Hidden from whoever may not. */
export function RoleDialog({ userId, name, role }: RoleDialogProps) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const next = role === "ADMIN" ? "MEMBER" : "ADMIN";
  const confirm = () =>
    startTransition(async () => {
      const result = await changeRole({ userId, role: next });
      if (!result.ok) return setProblem(result.error.message);
      toast.success(t("changed", { name, role: t(next) }));
      setOpen(false);
    });
  const onOpenChange = (opened: boolean) => {
    setOpen(opened);
    setProblem(undefined);
  };
  return (
    <Can I="update" this={subject("User", { id: userId })} field="role">
      <AlertDialog open={open} onOpenChange={onOpenChange}>
        <AlertDialogTrigger
          render={
            <Button variant="ghost" size="sm" aria-label={t("changeRoleFor", { name })}>
              <span className="max-sm:sr-only">{t("changeRole")}</span>
              <PencilIcon className="sm:hidden" />
            </Button>
          }
        />
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>{t("dialogTitle", { name })}</AlertDialogTitle>
            <AlertDialogDescription>{next === "ADMIN" ? t("toADMIN", { name }) : t("toMEMBER", { name })}</AlertDialogDescription>
          </AlertDialogHeader>
          {problem && <Alert tone="danger">{problem}</Alert>}
          <AlertDialogFooter>
            <AlertDialogCancel render={<Button variant="secondary">{common("cancel")}</Button>} />
            <Button pending={pending} onClick={confirm}>
              {t("changeRole")}
            </Button>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </Can>
  );
}
