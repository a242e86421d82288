"use client";

import { type ReactNode, useActionState, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

type ConfirmAddressFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
  /** Of the field, unique on the page. */
  id: string;
  texts: { confirm: string; hint?: string | undefined; submit: string };
  /** What else is asked, above the address; is told what was chosen before. */
  children?: (chosen: Record<string, string> | undefined) => ReactNode;
};

/** Asks for the address of the account, so that nobody deletes one by a slip of the hand. Works without JavaScript. */
export function ConfirmAddressForm({ action, id, texts, children }: ConfirmAddressFormProps) {
  const [result, submit] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  const values = result?.ok === false ? result.values : undefined;
  useFocusFirstError(form, error);
  return (
    <form ref={form} action={submit} className="grid gap-5" noValidate>
      {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
      {children?.(values)}
      <Field id={id} label={texts.confirm} hint={texts.hint} error={error?.fields?.address}>
        {(control) => (
          <Input
            {...control}
            name="address"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={values?.address}
            required
          />
        )}
      </Field>
      <SubmitButton variant="danger" className="justify-self-start max-sm:w-full">
        {texts.submit}
      </SubmitButton>
    </form>
  );
}
