"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLink,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/ui/dropdown-menu";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { DownloadIcon, LogIcon, MoreIcon, PencilIcon, ShareIcon, TrashIcon } from "@/ui/icons";
import { Input } from "@/ui/input";
import { ShareDialog } from "@/ui/share-dialog";
import { toast } from "@/ui/toast";
import { deleteFile, renameFile, shareFile } from "./actions";

type FileMenuProps = {
  id: string;
  name: string;
  organizationId: string | null;
  /** Those it can be shared with. */
  organizations: { id: string; name: string }[];
};

/** What can be done with one file: download, rename, share, delete. */
export function FileMenu({ id, name, organizationId, organizations }: FileMenuProps) {
  const t = useTranslations("files");
  const sharing = useTranslations("sharing");
  const [open, setOpen] = useState<"rename" | "share" | "delete" | null>(null);
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
          {organizations.length > 0 && (
            <DropdownMenuItem onClick={() => setOpen("share")}>
              <ShareIcon />
              {sharing("share")}
            </DropdownMenuItem>
          )}
          <DropdownMenuSeparator />
          <DropdownMenuItem danger onClick={() => setOpen("delete")}>
            <TrashIcon />
            {t("delete")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <RenameDialog id={id} name={name} open={open === "rename"} onClose={() => setOpen(null)} />
      <ShareDialog
        id={id}
        name={name}
        organizationId={organizationId}
        organizations={organizations}
        action={(form) => shareFile(form)}
        open={open === "share"}
        onClose={() => setOpen(null)}
      />
      <ConfirmDialog
        danger
        label={t("delete")}
        title={t("deleteTitle", { name })}
        body={t("deleteBody")}
        onConfirm={() => deleteFile({ id })}
        onDone={() => toast.success(t("deleted", { name }))}
        open={open === "delete"}
        onClose={() => setOpen(null)}
      />
    </>
  );
}

type DialogProps = { id: string; name: string; open: boolean; onClose: () => void };

function RenameDialog({ id, name, ...dialog }: DialogProps) {
  const t = useTranslations("files");
  return (
    <FormDialog
      {...dialog}
      title={t("renameTitle", { name })}
      label={t("rename")}
      action={(form) => renameFile(form)}
      onDone={({ name: called }) => toast.success(t("renamed", { name: called }))}
    >
      {({ value, error }) => (
        <>
          <input type="hidden" name="id" value={id} />
          <Field id={`name-${id}`} label={t("newName")} hint={t("renameHint")} error={error("name")}>
            {(control) => <Input {...control} name="name" maxLength={255} required defaultValue={value("name") || name} />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
