"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { impersonate } from "./actions";

type ImpersonateDialogProps = { userId: string; name: string; mayWrite: boolean };

/** Asks why, says what the member will see of it, and shows the site as they see it. */
export function ImpersonateDialog({ userId, name, mayWrite }: ImpersonateDialogProps) {
  const t = useTranslations("impersonation");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
        {t("start")}
      </Button>
      <FormDialog
        question
        needsProof
        title={t("startTitle", { name })}
        body={t("startBody", { name })}
        label={t("start")}
        action={(form) => impersonate(form)}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <>
            <input type="hidden" name="userId" value={userId} />
            <Field id="impersonation-reason" label={t("reason")} hint={t("reasonHint", { name })} error={error("reason")}>
              {(control) => <Input {...control} name="reason" maxLength={300} required defaultValue={value("reason")} />}
            </Field>
            {mayWrite && (
              <label className="flex items-start gap-2.5 text-body">
                <input type="checkbox" name="write" defaultChecked={value("write") === "on"} className="mt-1 size-4 accent-ember" />
                {t("write", { name })}
              </label>
            )}
          </>
        )}
      </FormDialog>
    </>
  );
}
