"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { invite } from "./actions";

/** Asks for an address and the role it is for, and sends the link. */
export function InviteDialog() {
  const t = useTranslations("invitations");
  const [open, setOpen] = useState(false);
  const [role, setRole] = useState("MEMBER");
  const show = () => {
    setRole("MEMBER");
    setOpen(true);
  };
  return (
    <Can I="create" a="Invitation">
      <Button onClick={show}>{t("invite")}</Button>
      <FormDialog
        title={t("inviteTitle")}
        body={t("inviteBody")}
        label={t("send")}
        needsProof={role === "ADMIN"}
        action={(form) => invite(form)}
        onDone={({ email }) => toast.success(t("sent", { email }))}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <>
            <Field id="invite-email" label={t("email")} error={error("email")}>
              {(control) => (
                <Input {...control} name="email" type="email" autoComplete="off" maxLength={254} required defaultValue={value("email")} />
              )}
            </Field>
            <Field id="invite-role" label={t("role")} hint={role === "ADMIN" && t("adminHint")}>
              {(control) => (
                <Select {...control} name="role" value={role} onChange={(event) => setRole(event.target.value)}>
                  <option value="MEMBER">{t("MEMBER")}</option>
                  <option value="ADMIN">{t("ADMIN")}</option>
                </Select>
              )}
            </Field>
          </>
        )}
      </FormDialog>
    </Can>
  );
}
