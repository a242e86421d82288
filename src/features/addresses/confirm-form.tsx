"use client";

import { useActionState, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { PasswordInput } from "@/ui/password-input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

type ConfirmFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
  token: string;
  /** For password managers, which file a password under a name. */
  account: string;
  /** Asked for unless this browser is signed in as the link's person. */
  password?: { label: string; hint: string; show: string; hide: string } | false;
  submit: string;
};

/** The button a link from a mail leads to: whatever only looks at the link changes nothing. */
export function ConfirmForm({ action, token, account, password, submit }: ConfirmFormProps) {
  const [result, send] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  return (
    <form ref={form} action={send} className="grid gap-5" noValidate>
      {error && !error.fields?.password && <Alert tone="danger">{error.message}</Alert>}
      <input type="hidden" name="token" value={token} />
      {password && (
        <>
          <input type="email" autoComplete="username" defaultValue={account} readOnly hidden />
          <Field id="password" label={password.label} hint={password.hint} error={error?.fields?.password}>
            {(control) => (
              <PasswordInput
                {...control}
                name="password"
                autoComplete="current-password"
                required
                showLabel={password.show}
                hideLabel={password.hide}
              />
            )}
          </Field>
        </>
      )}
      <SubmitButton className="w-full">{submit}</SubmitButton>
    </form>
  );
}
