"use client";

import { useTranslations } from "next-intl";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { toast } from "@/ui/toast";
import { banPerson } from "./actions";

type BanDialogProps = { userId: string; name: string; open: boolean; onClose: () => void };

/** Asks why and until when, says what it means, and bans. */
export function BanDialog({ userId, name, ...dialog }: BanDialogProps) {
  const t = useTranslations("people");
  return (
    <FormDialog
      {...dialog}
      question
      danger
      title={t("banTitle", { name })}
      body={t("banBody", { name })}
      label={t("ban")}
      action={(form) => banPerson(form)}
      onDone={() => toast.success(t("bannedDone", { name }))}
    >
      {({ value, error }) => (
        <>
          <input type="hidden" name="userId" value={userId} />
          <Field id={`reason-${userId}`} label={t("banReason")} hint={t("banReasonHint", { name })} error={error("reason")}>
            {(control) => <Input {...control} name="reason" maxLength={300} required defaultValue={value("reason")} />}
          </Field>
          <Field id={`until-${userId}`} label={t("banUntil")} hint={t("banUntilHint")} error={error("until")}>
            {(control) => <Input {...control} name="until" type="date" defaultValue={value("until")} />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
