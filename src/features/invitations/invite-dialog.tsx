"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState } from "react";
import { Can } from "@/access/ability-provider";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { invite } from "./actions";

/** Asks for an address and the role it is for, and sends the link. */
export function InviteDialog() {
  const t = useTranslations("invitations");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [open, setOpen] = useState(false);
  const [role, setRole] = useState("MEMBER");
  const [result, submit] = useActionState(invite, null);
  const [answered, setAnswered] = useState<typeof result>(null);
  const failure = result?.ok === false && result !== answered ? result : undefined;
  useFocusFirstError(form, failure?.error);
  useEffect(() => {
    if (!result?.ok || result === answered) return;
    setAnswered(result);
    toast.success(t("sent", { email: result.data.email }));
    setOpen(false);
  }, [result, answered, t]);
  const show = () => {
    setAnswered(result);
    setRole("MEMBER");
    setOpen(true);
  };
  return (
    <Can I="create" a="Invitation">
      <Button onClick={show}>{t("invite")}</Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent closeLabel={common("close")}>
          <form ref={form} action={submit} className="grid gap-5" noValidate>
            <DialogHeader>
              <DialogTitle>{t("inviteTitle")}</DialogTitle>
              <p className="text-body text-muted">{t("inviteBody")}</p>
            </DialogHeader>
            {failure && !failure.error.fields && <Alert tone="danger">{failure.error.message}</Alert>}
            <Field id="invite-email" label={t("email")} error={failure?.error.fields?.email}>
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
            <Field id="invite-role" label={t("role")} hint={role === "ADMIN" && t("adminHint")}>
              {(control) => (
                <Select {...control} name="role" value={role} onChange={(event) => setRole(event.target.value)}>
                  <option value="MEMBER">{t("MEMBER")}</option>
                  <option value="ADMIN">{t("ADMIN")}</option>
                </Select>
              )}
            </Field>
            <DialogFooter>
              <DialogClose render={<Button variant="secondary">{common("cancel")}</Button>} />
              <SubmitButton>{t("send")}</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </Can>
  );
}
