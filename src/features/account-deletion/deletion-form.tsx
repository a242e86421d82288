"use client";

import { useActionState, useRef } from "react";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { requestDeletion } from "./actions";

/** Asks for the account's own address, so that nobody deletes one by a slip of the hand. */
export function DeletionForm({ texts }: { texts: { confirm: string; hint: string; submit: string } }) {
  const [result, submit] = useActionState(requestDeletion, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  const values = result?.ok === false ? result.values : undefined;
  useFocusFirstError(form, error);
  return (
    <form ref={form} action={submit} className="grid gap-5" noValidate>
      {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
      <Field id="deletion-address" label={texts.confirm} hint={texts.hint} error={error?.fields?.address}>
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
