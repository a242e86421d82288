"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState } from "react";
import { Can } from "@/access/ability-provider";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { Select } from "@/ui/select";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { createPerson } from "./actions";

/** Makes an account for somebody: who, with which role, and whether the address needs to be confirmed. No password is ever shown. */
export function CreatePersonDialog() {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [open, setOpen] = useState(false);
  const [role, setRole] = useState("MEMBER");
  const [confirmed, setConfirmed] = useState(false);
  const [result, submit] = useActionState(createPerson, null);
  const [answered, setAnswered] = useState<typeof result>(null);
  const failure = result?.ok === false && result !== answered ? result : undefined;
  useFocusFirstError(form, failure?.error);
  useEffect(() => {
    if (!result?.ok || result === answered) return;
    setAnswered(result);
    toast.success(t("createDone", { name: result.data.name }));
    setOpen(false);
  }, [result, answered, t]);
  const show = () => {
    setAnswered(result);
    setRole("MEMBER");
    setConfirmed(false);
    setOpen(true);
  };
  return (
    <Can I="create" a="User">
      <Button onClick={show}>{t("create")}</Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent closeLabel={common("close")}>
          <form ref={form} action={submit} className="grid gap-5" noValidate>
            <DialogHeader>
              <DialogTitle>{t("createTitle")}</DialogTitle>
              <p className="text-body text-muted">{t("createBody")}</p>
            </DialogHeader>
            {failure && !failure.error.fields && <Alert tone="danger">{failure.error.message}</Alert>}
            <Field id="create-email" label={t("email")} error={failure?.error.fields?.email}>
              {(control) => (
                <Input
                  {...control}
                  name="email"
                  type="email"
                  autoComplete="off"
                  maxLength={254}
                  required
                  defaultValue={failure?.values?.email}
                />
              )}
            </Field>
            <Field id="create-name" label={t("name")} error={failure?.error.fields?.name}>
              {(control) => (
                <Input {...control} name="name" autoComplete="off" maxLength={100} required defaultValue={failure?.values?.name} />
              )}
            </Field>
            <Field id="create-role" label={t("createRole")} hint={role === "ADMIN" && t("createAdminHint")}>
              {(control) => (
                <Select {...control} name="role" value={role} onChange={(event) => setRole(event.target.value)}>
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
                checked={confirmed}
                onChange={(event) => setConfirmed(event.target.checked)}
                aria-describedby="create-confirmed-hint"
              />
              <div className="grid gap-0.5">
                <Label htmlFor="create-confirmed">{t("createConfirmed")}</Label>
                <p id="create-confirmed-hint" className="text-muted text-sm">
                  {t("createConfirmedHint")}
                </p>
              </div>
            </div>
            <DialogFooter>
              <DialogClose render={<Button variant="secondary">{common("cancel")}</Button>} />
              <SubmitButton>{t("create")}</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </Can>
  );
}
