"use client";

import { type ReactNode, useActionState, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { PasswordInput } from "@/ui/password-input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

type ChangeAddressFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<{ email: string }>>;
  /** Asked for where the person has not shown lately who they are. */
  password?: { label: string; show: string; hide: string } | false;
  /** Folded away behind this text until it is wanted. */
  summary?: ReactNode;
  texts: { address: string; submit: string; done: string };
};

/** Asks for another address; says where the link went. */
export function ChangeAddressForm({ action, password, summary, texts }: ChangeAddressFormProps) {
  const [result, submit] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  const fields = (
    <form ref={form} action={submit} className="grid gap-5" noValidate>
      {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
      {result?.ok && <Alert tone="success">{texts.done.replace("{address}", result.data.email)}</Alert>}
      <Field id="new-address" label={texts.address} error={error?.fields?.email}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            inputMode="email"
            autoComplete="email"
            required
            defaultValue={result?.ok === false ? result.values?.email : undefined}
          />
        )}
      </Field>
      {password && (
        <Field id="address-password" label={password.label} error={error?.fields?.password}>
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
      )}
      <SubmitButton variant="secondary" className="justify-self-start max-sm:w-full">
        {texts.submit}
      </SubmitButton>
    </form>
  );
  if (!summary) return fields;
  return (
    <details open={result ? true : undefined} className="grid gap-5">
      <summary className="link w-fit cursor-pointer text-body">{summary}</summary>
      <div className="mt-5">{fields}</div>
    </details>
  );
}
