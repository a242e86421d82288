"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { deleteOrganization } from "./actions";

/** Asks for the name of the organisation before it is deleted. `quiet` stands in a row of many. */
export function DeleteDialog({ id, name, quiet = false }: { id: string; name: string; quiet?: boolean }) {
  const t = useTranslations("organizations");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant={quiet ? "ghost" : "danger"}
        size={quiet ? "sm" : "md"}
        aria-label={quiet ? `${t("delete")}: ${name}` : undefined}
        onClick={() => setOpen(true)}
      >
        {t("delete")}
      </Button>
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
