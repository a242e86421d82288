"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState, useTransition } from "react";
import type { Problem } from "@/access/answer";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { beginPasskeyRegistration, finishPasskeyRegistration } from "./actions";

/** A name, then the browser's own dialog. The name is kept when the dialog is cancelled. */
export function AddPasskey() {
  const t = useTranslations("secondFactors");
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState<Pick<Problem, "message" | "fields">>();
  const [pending, startTransition] = useTransition();
  useFocusFirstError(form, problem);
  const add = async (name: string) => {
    const asked = await beginPasskeyRegistration({ name });
    if (!asked.ok) return setProblem(asked.error);
    const { createPasskey, refusalOf } = await import("./browser");
    const response = await createPasskey(asked.data).catch((error: unknown) => {
      const refusal = refusalOf(error);
      if (refusal) setProblem({ message: t(refusal) });
      return null;
    });
    if (!response) return;
    const added = await finishPasskeyRegistration({ name, response });
    if (!added.ok) return setProblem(added.error);
    form.current?.reset();
    toast.success(t("passkeyAdded"));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "");
    setProblem(undefined);
    startTransition(() => add(name));
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-4 noscript:hidden" noValidate>
      {problem && !problem.fields && <Alert tone="danger">{problem.message}</Alert>}
      <Field id="passkey-name" label={t("passkeyName")} hint={t("passkeyNameHint")} error={problem?.fields?.name}>
        {(control) => <Input {...control} name="name" maxLength={60} required autoComplete="off" />}
      </Field>
      <SubmitButton variant="secondary" pending={pending} className="justify-self-start max-sm:w-full">
        {t("addPasskey")}
      </SubmitButton>
    </form>
  );
}
