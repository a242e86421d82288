"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState, useTransition } from "react";
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
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLink,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/ui/dropdown-menu";
import { Field } from "@/ui/field";
import { DownloadIcon, LogIcon, MoreIcon, PencilIcon, TrashIcon } from "@/ui/icons";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { deleteFile, renameFile } from "./actions";

/** What can be done with one file: download, rename, delete. */
export function FileMenu({ id, name }: { id: string; name: string }) {
  const t = useTranslations("files");
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
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
          <DropdownMenuLink href={`/api/files/${id}`} download>
            <DownloadIcon />
            {t("download")}
          </DropdownMenuLink>
          <DropdownMenuLink href={`/files/${id}`}>
            <LogIcon />
            {t("history")}
          </DropdownMenuLink>
          <DropdownMenuItem onClick={() => setOpen("rename")}>
            <PencilIcon />
            {t("rename")}
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem danger onClick={() => setOpen("delete")}>
            <TrashIcon />
            {t("delete")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <RenameDialog id={id} name={name} open={open === "rename"} onClose={() => setOpen(null)} />
      <DeleteDialog id={id} name={name} open={open === "delete"} onClose={() => setOpen(null)} />
    </>
  );
}

type DialogProps = { id: string; name: string; open: boolean; onClose: () => void };

function RenameDialog({ id, name, open, onClose }: DialogProps) {
  const t = useTranslations("files");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [result, submit] = useActionState(renameFile, null);
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
            <DialogTitle>{t("renameTitle", { name })}</DialogTitle>
          </DialogHeader>
          <input type="hidden" name="id" value={id} />
          <Field id={`name-${id}`} label={t("newName")} error={error?.fields?.name ?? error?.message}>
            {(control) => (
              <Input
                {...control}
                name="name"
                maxLength={255}
                required
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

function DeleteDialog({ id, name, open, onClose }: DialogProps) {
  const t = useTranslations("files");
  const common = useTranslations("common");
  const [pending, startTransition] = useTransition();
  const confirm = () =>
    startTransition(async () => {
      const result = await deleteFile({ id });
      if (result.ok) toast.success(t("deleted", { name }));
      else toast.error(t("notDeleted", { name }), { description: result.error.message });
      onClose();
    });
  return (
    <AlertDialog open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>{t("deleteTitle", { name })}</AlertDialogTitle>
          <AlertDialogDescription>{t("deleteBody")}</AlertDialogDescription>
        </AlertDialogHeader>
        <AlertDialogFooter>
          <AlertDialogCancel render={<Button variant="secondary">{common("cancel")}</Button>} />
          <Button variant="danger" pending={pending} onClick={confirm}>
            {t("delete")}
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}
