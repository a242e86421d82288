"use client";

import { useActionState, useEffect, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { NewPasswordInput, type StrengthTexts } from "@/ui/new-password-input";
import { PasswordInput } from "@/ui/password-input";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

type PasswordFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
  /** The fields, in order: what they are called in the form, and how a password manager knows them. */
  fields: { name: "current" | "password"; label: string; hint?: string; autoComplete: "current-password" | "new-password" }[];
  /** For password managers, which file a password under a name. */
  email: string;
  texts: { submit: string; done: string; show: string; hide: string };
  /** For the field in which a new one is chosen. */
  strength?: StrengthTexts;
  variant?: "primary" | "secondary";
};

/** One or two password fields: change, set and confirm are the same form. */
export function PasswordForm({ action, fields, email, texts, strength, variant = "primary" }: PasswordFormProps) {
  const [result, submit] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  useEffect(() => {
    if (result?.ok) toast.success(texts.done);
  }, [result, texts.done]);
  return (
    <form ref={form} action={submit} className="grid gap-5" noValidate>
      {error && (!error.fields || error.fields.form) && <Alert tone="danger">{error.fields?.form ?? error.message}</Alert>}
      {result?.ok && <Alert tone="success">{texts.done}</Alert>}
      <input type="email" autoComplete="username" defaultValue={email} readOnly hidden />
      {fields.map(({ name, label, hint, autoComplete }) => (
        <Field key={name} id={`${name}-${autoComplete}`} label={label} hint={hint} error={error?.fields?.[name]}>
          {(control) => {
            const props = { ...control, name, autoComplete, required: true, showLabel: texts.show, hideLabel: texts.hide };
            return strength && autoComplete === "new-password" ? (
              <NewPasswordInput {...props} strength={strength} />
            ) : (
              <PasswordInput {...props} />
            );
          }}
        </Field>
      ))}
      <SubmitButton variant={variant} className="justify-self-start max-sm:w-full">
        {texts.submit}
      </SubmitButton>
    </form>
  );
}
