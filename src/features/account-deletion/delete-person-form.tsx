"use client";

import { useActionState, useRef } from "react";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { deletePerson } from "./actions";

type DeletePersonFormProps = {
  userId: string;
  /** Not for somebody who is leaving already. */
  later: boolean;
  texts: {
    when: string;
    later: string;
    laterHint: string;
    now: string;
    nowHint: string;
    confirm: string;
    submit: string;
    submitNow: string;
  };
};

/** Asks when, and for the person's address, so that nobody is deleted by a slip of the hand. Works without JavaScript. */
export function DeletePersonForm({ userId, later, texts }: DeletePersonFormProps) {
  const [result, submit] = useActionState(deletePerson, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  const values = result?.ok === false ? result.values : undefined;
  useFocusFirstError(form, error);
  const choices = [
    { value: "later", label: texts.later, hint: texts.laterHint },
    { value: "now", label: texts.now, hint: texts.nowHint },
  ];
  const chosen = values?.when ?? "later";
  return (
    <form ref={form} action={submit} className="grid gap-5" noValidate key={chosen}>
      {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
      <input type="hidden" name="userId" value={userId} />
      {!later && <input type="hidden" name="when" value="now" />}
      {later && (
        <fieldset className="grid gap-2.5">
          <legend className="mb-2.5 font-medium text-body">{texts.when}</legend>
          {choices.map(({ value, label, hint }) => (
            <div key={value} className="flex items-start gap-2.5 text-body">
              <input
                type="radio"
                id={`delete-${value}`}
                name="when"
                value={value}
                defaultChecked={value === chosen}
                aria-describedby={`delete-${value}-hint`}
                className="mt-0.5 size-4 shrink-0 accent-ember"
              />
              <div className="grid gap-0.5">
                <label htmlFor={`delete-${value}`}>{label}</label>
                <p id={`delete-${value}-hint`} className="text-muted text-sm">
                  {hint}
                </p>
              </div>
            </div>
          ))}
        </fieldset>
      )}
      <Field id="delete-address" label={texts.confirm} hint={!later && texts.nowHint} error={error?.fields?.address}>
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
        {later ? texts.submit : texts.submitNow}
      </SubmitButton>
    </form>
  );
}
