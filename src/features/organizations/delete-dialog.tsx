"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { TrashIcon } from "@/ui/icons";
import { Input } from "@/ui/input";
import { deleteOrganization } from "./actions";

/** Asks for the name of the organisation before it is deleted. `quiet` stands in a row of many. */
export function DeleteDialog({ id, name, quiet = false }: { id: string; name: string; quiet?: boolean }) {
  const t = useTranslations("organizations");
  const common = useTranslations("common");
  const [open, setOpen] = useState(false);
  return (
    <>
      {quiet ? (
        <Button variant="ghost" size="icon-sm" aria-label={common("actOn", { act: t("delete"), what: name })} onClick={() => setOpen(true)}>
          <TrashIcon />
        </Button>
      ) : (
        <Button variant="danger" onClick={() => setOpen(true)}>
          {t("delete")}
        </Button>
      )}
      <FormDialog
        question
        danger
        title={t("deleteTitle", { name })}
        body={t("deleteBody")}
        label={t("delete")}
        action={(form) => deleteOrganization(form)}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <>
            <input type="hidden" name="id" value={id} />
            <Field id={`delete-${id}`} label={t("deleteConfirm", { name })} error={error("name")}>
              {(control) => <Input {...control} name="name" autoComplete="off" spellCheck={false} required defaultValue={value("name")} />}
            </Field>
          </>
        )}
      </FormDialog>
    </>
  );
}
