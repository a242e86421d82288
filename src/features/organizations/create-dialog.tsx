"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { createOrganization } from "./actions";

/** Asks for a name, and leads to the new organisation. */
export function CreateDialog() {
  const t = useTranslations("organizations");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("create")}</Button>
      <FormDialog
        title={t("createTitle")}
        body={t("createBody")}
        label={t("create")}
        action={(form) => createOrganization(form)}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <Field id="organization-name" label={t("name")} error={error("name")}>
            {(control) => (
              <Input {...control} name="name" autoComplete="organization" maxLength={100} required defaultValue={value("name")} />
            )}
          </Field>
        )}
      </FormDialog>
    </>
  );
}
