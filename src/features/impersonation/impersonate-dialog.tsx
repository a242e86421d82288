"use client";

import { useTranslations } from "next-intl";
import { useActionState, useRef, useState } from "react";
import { Alert } from "@/ui/alert";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
  AlertDialogTrigger,
} from "@/ui/alert-dialog";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { impersonate } from "./actions";

type ImpersonateDialogProps = { userId: string; name: string; mayWrite: boolean };

/** Asks why, says what the member will see of it, and shows the site as they see it. */
export function ImpersonateDialog({ userId, name, mayWrite }: ImpersonateDialogProps) {
  const t = useTranslations("impersonation");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [open, setOpen] = useState(false);
  const [result, submit] = useActionState(impersonate, null);
  const error = result?.ok === false ? result.error : undefined;
  const values = result?.ok === false ? result.values : undefined;
  useFocusFirstError(form, error);
  return (
    <AlertDialog open={open} onOpenChange={setOpen}>
      <AlertDialogTrigger
        render={
          <Button variant="secondary" size="sm">
            {t("start")}
          </Button>
        }
      />
      <AlertDialogContent>
        <form ref={form} action={submit} className="grid gap-5" noValidate>
          <AlertDialogHeader>
            <AlertDialogTitle>{t("startTitle", { name })}</AlertDialogTitle>
            <AlertDialogDescription>{t("startBody", { name })}</AlertDialogDescription>
          </AlertDialogHeader>
          {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
          <input type="hidden" name="userId" value={userId} />
          <Field id="impersonation-reason" label={t("reason")} hint={t("reasonHint", { name })} error={error?.fields?.reason}>
            {(control) => <Input {...control} name="reason" maxLength={300} required defaultValue={values?.reason} />}
          </Field>
          {mayWrite && (
            <label className="flex items-start gap-2.5 text-body">
              <input type="checkbox" name="write" defaultChecked={values?.write === "on"} className="mt-1 size-4 accent-ember" />
              {t("write", { name })}
            </label>
          )}
          <AlertDialogFooter>
            <AlertDialogCancel render={<Button variant="secondary">{common("cancel")}</Button>} />
            <SubmitButton>{t("start")}</SubmitButton>
          </AlertDialogFooter>
        </form>
      </AlertDialogContent>
    </AlertDialog>
  );
}
