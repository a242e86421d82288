"use client";

import { useActionState, useRef } from "react";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { NewPasswordInput, type StrengthTexts } from "@/ui/new-password-input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { acceptInvitation } from "./actions";

type AcceptFormProps = {
  token: string;
  /** Fixed: the link was sent there. For password managers, which file a password under a name. */
  email: string;
  strength: StrengthTexts;
  texts: { name: string; password: string; hint: string; show: string; hide: string; submit: string };
};

/** A name and a password: whatever only looks at the link makes no account. Works without JavaScript. */
export function AcceptForm({ token, email, strength, texts }: AcceptFormProps) {
  const [result, submit] = useActionState(acceptInvitation, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  return (
    <form ref={form} action={submit} className="grid gap-5" noValidate>
      {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
      <input type="hidden" name="token" value={token} />
      <input type="email" autoComplete="username" defaultValue={email} readOnly hidden />
      <Field id="name" label={texts.name} error={error?.fields?.name}>
        {(control) => (
          <Input
            {...control}
            name="name"
            autoComplete="name"
            maxLength={100}
            required
            defaultValue={result?.ok === false ? result.values?.name : undefined}
          />
        )}
      </Field>
      <Field id="password" label={texts.password} hint={texts.hint} error={error?.fields?.password}>
        {(control) => (
          <NewPasswordInput
            {...control}
            strength={strength}
            name="password"
            autoComplete="new-password"
            required
            showLabel={texts.show}
            hideLabel={texts.hide}
          />
        )}
      </Field>
      <SubmitButton className="w-full">{texts.submit}</SubmitButton>
    </form>
  );
}
