"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { toast } from "@/ui/toast";
import { renameOrganization } from "./actions";

/** Gives the organisation another name. */
export function RenameDialog({ id, name }: { id: string; name: string }) {
  const t = useTranslations("organizations");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>
        {t("rename")}
      </Button>
      <FormDialog
        title={t("renameTitle", { name })}
        label={t("rename")}
        action={(form) => renameOrganization(form)}
        onDone={() => toast.success(t("renamed"))}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <>
            <input type="hidden" name="id" value={id} />
            <Field id="organization-name" label={t("name")} error={error("name")}>
              {(control) => <Input {...control} name="name" maxLength={100} required defaultValue={value("name") ?? name} />}
            </Field>
          </>
        )}
      </FormDialog>
    </>
  );
}
