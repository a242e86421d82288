"use client";

import { deletePerson } from "./actions";
import { ConfirmAddressForm } from "./confirm-address-form";

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

/** Asks when, and for the person's address. */
export function DeletePersonForm({ userId, later, texts }: DeletePersonFormProps) {
  const choices = [
    { value: "later", label: texts.later, hint: texts.laterHint },
    { value: "now", label: texts.now, hint: texts.nowHint },
  ];
  const asked = { confirm: texts.confirm, hint: later ? undefined : texts.nowHint, submit: later ? texts.submit : texts.submitNow };
  return (
    <ConfirmAddressForm action={deletePerson} id="delete-address" texts={asked}>
      {(chosen) => (
        <>
          <input type="hidden" name="userId" value={userId} />
          {!later && <input type="hidden" name="when" value="now" />}
          {later && (
            <fieldset key={chosen?.when} className="grid gap-2.5">
              <legend className="mb-2.5 font-medium text-body">{texts.when}</legend>
              {choices.map(({ value, label, hint }) => (
                <div key={value} className="flex items-start gap-2.5 text-body">
                  <input
                    type="radio"
                    id={`delete-${value}`}
                    name="when"
                    value={value}
                    defaultChecked={value === (chosen?.when ?? "later")}
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
        </>
      )}
    </ConfirmAddressForm>
  );
}
