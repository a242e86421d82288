"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { inviteToOrganization } from "./actions";

/** Asks for an address, and of an owner for the role it is for, and sends the link. */
export function InviteDialog({ organizationId, name, mayMakeAdmins }: { organizationId: string; name: string; mayMakeAdmins: boolean }) {
  const t = useTranslations("organizations");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("invite")}</Button>
      <FormDialog
        title={t("inviteTitle", { name })}
        body={t("inviteBody")}
        label={t("send")}
        action={(form) => inviteToOrganization(form)}
        onDone={({ email }) => toast.success(t("sent", { email }))}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <>
            <input type="hidden" name="organizationId" value={organizationId} />
            <Field id="invite-email" label={t("email")} error={error("email")}>
              {(control) => (
                <Input {...control} name="email" type="email" autoComplete="off" maxLength={254} required defaultValue={value("email")} />
              )}
            </Field>
            {mayMakeAdmins ? (
              <Field id="invite-role" label={t("role")} hint={t("adminHint")} error={error("role")}>
                {(control) => (
                  <Select {...control} name="role" defaultValue={value("role") ?? "MEMBER"}>
                    <option value="MEMBER">{t("roles.MEMBER")}</option>
                    <option value="ADMIN">{t("roles.ADMIN")}</option>
                  </Select>
                )}
              </Field>
            ) : (
              <input type="hidden" name="role" value="MEMBER" />
            )}
          </>
        )}
      </FormDialog>
    </>
  );
}
