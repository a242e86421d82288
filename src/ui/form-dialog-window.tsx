"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRouter } from "next/navigation";
import { NextIntlClientProvider, useTranslations } from "next-intl";
import { type ReactNode, startTransition, useActionState, useRef, useState } from "react";
import { Alert } from "./alert";
import { Button } from "./button";
import { Dialog, DialogClose, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "./dialog";
import type { DialogFormProps, FormDialogProps, Outcome } from "./form-dialog";
import { useProof } from "./proof";
import { SubmitButton } from "./submit-button";
import { useFocusFirstError } from "./use-focus-first-error";

type Attempt = { outcome: Outcome<unknown>; typed: FormData };

/** What <FormDialog> opens: what went wrong is said beside its field, what was typed stays, and each opening begins anew. */
export default function FormDialogWindow({ intl, ...form }: FormDialogProps<unknown>) {
  if (!intl) return <Opened {...form} />;
  return (
    <NextIntlClientProvider {...intl}>
      <Opened {...form} />
    </NextIntlClientProvider>
  );
}

function Opened({ question = false, open, ...form }: FormDialogProps<unknown>) {
  const common = useTranslations("common");
  const onOpenChange = (next: boolean) => !next && form.onClose();
  if (question)
    return (
      <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
        <DialogContent>
          <DialogForm {...form} />
        </DialogContent>
      </AlertDialog.Root>
    );
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent closeLabel={common("close")}>
        <DialogForm {...form} />
      </DialogContent>
    </Dialog>
  );
}

function DialogForm({
  title,
  body,
  label,
  danger = false,
  needsProof = false,
  action,
  onClose,
  onDone,
  children,
}: DialogFormProps<unknown>) {
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const proof = useProof(needsProof);
  const router = useRouter();
  const [overtaken, setOvertaken] = useState<Attempt | null>(null);
  const [result, submit] = useActionState(async (_: Attempt | null, typed: FormData) => {
    const outcome = await action(typed);
    if (outcome.ok) {
      onDone?.(outcome.data);
      onClose();
    }
    // The proof may have grown too old since the page came: its form then comes with the page, in place of what was said.
    if (needsProof && !outcome.ok && !outcome.error.fields) startTransition(() => router.refresh());
    // React empties a form whose action is over: what was typed is put back.
    return { outcome, typed };
  }, null);
  if (proof && result !== overtaken) setOvertaken(result);
  const refusal = result?.outcome.ok === false ? result.outcome.error : null;
  const error = result === overtaken ? null : refusal;
  const typedIn = (name: string) => {
    const value = refusal && result?.typed.get(name);
    return typeof value === "string" ? value : undefined;
  };
  useFocusFirstError(form, error);
  const footer = (act: ReactNode) => (
    <DialogFooter>
      <DialogClose render={<Button variant="secondary">{common("cancel")}</Button>} />
      {act}
    </DialogFooter>
  );
  return (
    <>
      <form ref={form} action={submit} className="grid gap-5" noValidate>
        <DialogHeader>
          <DialogTitle>{title}</DialogTitle>
          {body && <DialogDescription>{body}</DialogDescription>}
        </DialogHeader>
        {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
        {children?.({ value: typedIn, error: (name) => error?.fields?.[name] })}
        {!proof && footer(<SubmitButton variant={danger ? "danger" : "primary"}>{label}</SubmitButton>)}
      </form>
      {/* A form of its own, which cannot stand within the other. */}
      {proof}
      {proof && footer(null)}
    </>
  );
}
