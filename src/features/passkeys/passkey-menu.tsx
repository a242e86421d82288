"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuSeparator, DropdownMenuTrigger } from "@/ui/dropdown-menu";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { MoreIcon, PencilIcon, TrashIcon } from "@/ui/icons";
import { Input } from "@/ui/input";
import { toast } from "@/ui/toast";
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
      <ConfirmDialog
        danger
        label={t("remove")}
        title={t("removeTitle", { name })}
        body={t("removeBody")}
        onConfirm={() => removePasskey({ id })}
        onDone={() => toast.success(t("removed", { name }))}
        open={open === "remove"}
        onClose={close}
      />
    </>
  );
}

function RenameDialog({ id, name, ...dialog }: DialogProps) {
  const t = useTranslations("secondFactors");
  return (
    <FormDialog
      {...dialog}
      title={t("renamePasskey", { name })}
      label={t("rename")}
      action={(form) => renamePasskey(form)}
      onDone={() => toast.success(t("renamed"))}
    >
      {({ value, error }) => (
        <>
          <input type="hidden" name="id" value={id} />
          <Field id="new-passkey-name" label={t("newName")} error={error("name")}>
            {(control) => (
              <Input {...control} name="name" maxLength={60} required autoComplete="off" defaultValue={value("name") || name} />
            )}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
