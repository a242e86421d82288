"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState } from "react";
import { Alert } from "@/ui/alert";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/ui/alert-dialog";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { banPerson } from "./actions";

type BanDialogProps = { userId: string; name: string; open: boolean; onClose: () => void };

/** Asks why and until when, says what it means, and bans. */
export function BanDialog({ userId, name, open, onClose }: BanDialogProps) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [result, submit] = useActionState(banPerson, null);
  const [answered, setAnswered] = useState<typeof result>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  useEffect(() => {
    if (!result?.ok || result === answered) return;
    setAnswered(result);
    toast.success(t("bannedDone", { name }));
    onClose();
  }, [result, answered, name, onClose, t]);
  const values = result?.ok === false ? result.values : undefined;
  return (
    <AlertDialog open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent>
        <form ref={form} action={submit} className="grid gap-5" noValidate>
          <AlertDialogHeader>
            <AlertDialogTitle>{t("banTitle", { name })}</AlertDialogTitle>
            <AlertDialogDescription>{t("banBody", { name })}</AlertDialogDescription>
          </AlertDialogHeader>
          {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
          <input type="hidden" name="userId" value={userId} />
          <Field id={`reason-${userId}`} label={t("banReason")} hint={t("banReasonHint", { name })} error={error?.fields?.reason}>
            {(control) => <Input {...control} name="reason" maxLength={300} required defaultValue={values?.reason} />}
          </Field>
          <Field id={`until-${userId}`} label={t("banUntil")} hint={t("banUntilHint")} error={error?.fields?.until}>
            {(control) => <Input {...control} name="until" type="date" defaultValue={values?.until} />}
          </Field>
          <AlertDialogFooter>
            <AlertDialogCancel render={<Button variant="secondary">{common("cancel")}</Button>} />
            <SubmitButton variant="danger">{t("ban")}</SubmitButton>
          </AlertDialogFooter>
        </form>
      </AlertDialogContent>
    </AlertDialog>
  );
}
