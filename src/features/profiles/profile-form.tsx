"use client";

import { useActionState, useEffect, useRef } from "react";
import type { Result } from "@/access/door";
import { DangerAlert } from "@/ui/danger-alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { TagInput } from "@/ui/tag-input";
import { Textarea } from "@/ui/textarea";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

type ProfileFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
  initial: { name: string; city: string; interests: string; bio: string };
  maxInterests: number;
  callbackUrl?: string;
  texts: Record<"name" | "city" | "interests" | "interestsHint" | "removeInterest" | "bio" | "save" | "saved", string>;
};

/** The four answers of a profile, at onboarding and in the settings. Works without JavaScript and keeps what was typed. */
export function ProfileForm({ action, initial, maxInterests, callbackUrl, texts }: ProfileFormProps) {
  const [result, submit] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  useEffect(() => {
    if (result?.ok) toast.success(texts.saved);
  }, [result, texts.saved]);
  const values = { ...initial, ...(result?.ok === false ? result.values : undefined) };
  return (
    // A new key where the server gave new values: React keeps what an uncontrolled field was given first.
    <form
      ref={form}
      action={submit}
      className="grid gap-5"
      noValidate
      key={result?.ok === false ? JSON.stringify(result.values) : "initial"}
    >
      {error && (!error.fields || error.fields.form) && <DangerAlert>{error.fields?.form ?? error.message}</DangerAlert>}
      {callbackUrl !== undefined && <input type="hidden" name="callbackUrl" value={callbackUrl} />}
      <Field id="name" label={texts.name} error={error?.fields?.name}>
        {(control) => <Input {...control} name="name" autoComplete="name" required maxLength={100} defaultValue={values.name} />}
      </Field>
      <Field id="city" label={texts.city} error={error?.fields?.city}>
        {(control) => <Input {...control} name="city" autoComplete="address-level2" required maxLength={100} defaultValue={values.city} />}
      </Field>
      <Field id="interests" label={texts.interests} hint={texts.interestsHint} error={error?.fields?.interests}>
        {(control) => (
          <TagInput
            {...control}
            name="interests"
            maxTags={maxInterests}
            removeLabel={texts.removeInterest}
            defaultValue={values.interests}
          />
        )}
      </Field>
      <Field id="bio" label={texts.bio} error={error?.fields?.bio}>
        {(control) => <Textarea {...control} name="bio" rows={4} required maxLength={1000} defaultValue={values.bio} />}
      </Field>
      <SubmitButton className="justify-self-start max-sm:w-full">{texts.save}</SubmitButton>
    </form>
  );
}
