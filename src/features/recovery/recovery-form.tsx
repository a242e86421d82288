"use client";

import { useActionState, useEffect, useReducer, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { CountdownButton } from "@/ui/countdown-button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { NewPasswordInput, type StrengthTexts } from "@/ui/new-password-input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

/** A mail takes a moment; a second one asked for in it makes the first one's link worthless. */
const AGAIN_SECONDS = 30;

type RecoveryFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<{ email: string } | undefined>>;
  /** From the mail's link. */
  token?: string;
  /** What is asked for: an address, a new password for `account`, or nothing but the button. */
  email?: { label: string; done: string; again: { submit: string; wait: string } };
  /** Where the person was going. */
  callbackUrl?: string;
  password?: { label: string; hint: string; show: string; hide: string; account: string; strength: StrengthTexts };
  submit: string;
};

/** Asking for a link, choosing a new password by it, and undoing by it, are the same form. */
export function RecoveryForm({ action, token, email, callbackUrl, password, submit }: RecoveryFormProps) {
  const [result, send] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  // Another mail begins another countdown.
  const [mails, count] = useReducer((sent: number) => sent + 1, 0);
  useEffect(() => {
    if (result?.ok) count();
  }, [result]);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  const isBeside = error?.fields?.email || error?.fields?.password;
  return (
    <form ref={form} action={send} className="grid gap-5" noValidate>
      {error && !isBeside && <Alert tone="danger">{error.message}</Alert>}
      {result?.ok && result.data && email && <Alert tone="success">{email.done.replace("{address}", result.data.email)}</Alert>}
      {token !== undefined && <input type="hidden" name="token" value={token} />}
      {callbackUrl !== undefined && <input type="hidden" name="callbackUrl" value={callbackUrl} />}
      {email && (
        <Field id="email" label={email.label} error={error?.fields?.email}>
          {(control) => (
            <Input
              {...control}
              name="email"
              type="email"
              inputMode="email"
              autoComplete="username"
              required
              defaultValue={result?.ok === false ? result.values?.email : result?.data?.email}
            />
          )}
        </Field>
      )}
      {password && (
        <>
          <input type="email" autoComplete="username" defaultValue={password.account} readOnly hidden />
          <Field id="password" label={password.label} hint={password.hint} error={error?.fields?.password}>
            {(control) => (
              <NewPasswordInput
                {...control}
                strength={password.strength}
                name="password"
                autoComplete="new-password"
                required
                showLabel={password.show}
                hideLabel={password.hide}
              />
            )}
          </Field>
        </>
      )}
      {result?.ok && email ? (
        <CountdownButton key={mails} wait={AGAIN_SECONDS} texts={email.again} />
      ) : (
        <SubmitButton className="w-full">{submit}</SubmitButton>
      )}
    </form>
  );
}
