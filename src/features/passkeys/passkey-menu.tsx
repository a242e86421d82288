"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState, useTransition } from "react";
import { Alert } from "@/ui/alert";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/ui/alert-dialog";
import { Button } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/ui/dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuSeparator, DropdownMenuTrigger } from "@/ui/dropdown-menu";
import { Field } from "@/ui/field";
import { MoreIcon, PencilIcon, TrashIcon } from "@/ui/icons";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { removePasskey, renamePasskey } from "./actions";

type PasskeyMenuProps = { id: string; name: string };
type DialogProps = PasskeyMenuProps & { open: boolean; onClose: () => void };

/** What can be done with one passkey: rename, remove. */
export function PasskeyMenu({ id, name }: PasskeyMenuProps) {
  const t = useTranslations("secondFactors");
  const [open, setOpen] = useState<"rename" | "remove" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger
          render={
            <Button variant="ghost" size="icon-sm" aria-label={t("actionsFor", { name })}>
              <MoreIcon />
            </Button>
          }
        />
        <DropdownMenuContent>
          <DropdownMenuItem onClick={() => setOpen("rename")}>
            <PencilIcon />
            {t("rename")}
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem danger onClick={() => setOpen("remove")}>
            <TrashIcon />
            {t("remove")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <RenameDialog id={id} name={name} open={open === "rename"} onClose={close} />
      <RemoveDialog id={id} name={name} open={open === "remove"} onClose={close} />
    </>
  );
}

function RenameDialog({ id, name, open, onClose }: DialogProps) {
  const t = useTranslations("secondFactors");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [result, submit] = useActionState(renamePasskey, null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (!result?.ok) return;
    toast.success(t("renamed"));
    close.current();
  }, [result, t]);
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent closeLabel={common("close")}>
        <form ref={form} action={submit} className="grid gap-5" noValidate>
          <DialogHeader>
            <DialogTitle>{t("renamePasskey", { name })}</DialogTitle>
          </DialogHeader>
          <input type="hidden" name="id" value={id} />
          <Field id="new-passkey-name" label={t("newName")} error={error?.fields?.name ?? error?.message}>
            {(control) => (
              <Input
                {...control}
                name="name"
                maxLength={60}
                required
                autoComplete="off"
                defaultValue={(result?.ok === false && result.values?.name) || name}
              />
            )}
          </Field>
          <DialogFooter>
            <DialogClose render={<Button variant="secondary">{common("cancel")}</Button>} />
            <SubmitButton>{t("rename")}</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function RemoveDialog({ id, name, open, onClose }: DialogProps) {
  const t = useTranslations("secondFactors");
  const common = useTranslations("common");
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const close = () => {
    setProblem(undefined);
    onClose();
  };
  const confirm = () =>
    startTransition(async () => {
      const result = await removePasskey({ id });
      if (!result.ok) return setProblem(result.error.message);
      toast.success(t("removed", { name }));
      close();
    });
  return (
    <AlertDialog open={open} onOpenChange={(next) => !next && close()}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>{t("removeTitle", { name })}</AlertDialogTitle>
          <AlertDialogDescription>{t("removeBody")}</AlertDialogDescription>
        </AlertDialogHeader>
        {problem && <Alert tone="danger">{problem}</Alert>}
        <AlertDialogFooter>
          <AlertDialogCancel render={<Button variant="secondary">{common("cancel")}</Button>} />
          <Button variant="danger" pending={pending} onClick={confirm}>
            {t("remove")}
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}
