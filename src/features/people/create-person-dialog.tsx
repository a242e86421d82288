"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog, type Tried } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { createPerson } from "./actions";

/** Makes an account for somebody: who, with which role, and whether the address needs to be confirmed. No password is ever shown. */
export function CreatePersonDialog() {
  const t = useTranslations("people");
  const [open, setOpen] = useState(false);
  const [role, setRole] = useState("MEMBER");
  const show = () => {
    setRole("MEMBER");
    setOpen(true);
  };
  return (
    <Can I="create" a="User">
      <Button onClick={show}>{t("create")}</Button>
      <FormDialog
        title={t("createTitle")}
        body={t("createBody")}
        label={t("create")}
        needsProof={role === "ADMIN"}
        action={(form) => createPerson(form)}
        onDone={({ name }) => toast.success(t("createDone", { name }))}
        open={open}
        onClose={() => setOpen(false)}
      >
        {(tried) => <PersonFields {...tried} role={role} onRole={setRole} />}
      </FormDialog>
    </Can>
  );
}

function PersonFields({ value, error, role, onRole }: Tried & { role: string; onRole: (role: string) => void }) {
  const t = useTranslations("people");
  return (
    <>
      <Field id="create-email" label={t("email")} error={error("email")}>
        {(control) => (
          <Input {...control} name="email" type="email" autoComplete="off" maxLength={254} required defaultValue={value("email")} />
        )}
      </Field>
      <Field id="create-name" label={t("name")} error={error("name")}>
        {(control) => <Input {...control} name="name" autoComplete="off" maxLength={100} required defaultValue={value("name")} />}
      </Field>
      <Field id="create-role" label={t("createRole")} hint={role === "ADMIN" && t("createAdminHint")}>
        {(control) => (
          <Select {...control} name="role" value={role} onChange={(event) => onRole(event.target.value)}>
            <option value="MEMBER">{t("MEMBER")}</option>
            <option value="ADMIN">{t("ADMIN")}</option>
          </Select>
        )}
      </Field>
      <div className="flex items-start gap-2.5">
        <input
          type="checkbox"
          id="create-confirmed"
          name="confirmed"
          className="mt-0.5 size-4 shrink-0 accent-ember"
          defaultChecked={value("confirmed") === "on"}
          aria-describedby="create-confirmed-hint"
        />
        <div className="grid gap-0.5">
          <Label htmlFor="create-confirmed">{t("createConfirmed")}</Label>
          <p id="create-confirmed-hint" className="text-muted text-sm">
            {t("createConfirmedHint")}
          </p>
        </div>
      </div>
    </>
  );
}
