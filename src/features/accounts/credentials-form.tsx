"use client";

import { type ComponentProps, type ReactNode, useActionState, useRef } from "react";
import type { Result } from "@/access/door";
import { DangerAlert } from "@/ui/danger-alert";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { PasswordInput } from "@/ui/password-input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

type CredentialsFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
  callbackUrl: string;
  /** What the field of the address holds at first. */
  email?: string | undefined;
  /** `new-password` where one is chosen: password managers then offer to make one. */
  autoComplete: "current-password" | "new-password";
  /** Said before anything was sent: why the person came back here. */
  notice?: string | undefined;
  /** Beside the password's label: the way on for who has forgotten it. */
  aside?: ReactNode;
  texts: { email: string; password: string; hint?: string; show: string; hide: string; submit: string };
  /** In place of the plain field, where a password is chosen: sign-in does not carry its code. */
  newPassword?: (field: ComponentProps<typeof PasswordInput>) => ReactNode;
  children?: ReactNode;
};

/** Address and password. Works without JavaScript; keeps what was typed; texts come from the server to keep it light. */
export function CredentialsForm({
  action,
  callbackUrl,
  email,
  autoComplete,
  notice,
  aside,
  texts,
  newPassword,
  children,
}: CredentialsFormProps) {
  const [result, submit] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  const password = { name: "password", autoComplete, required: true, showLabel: texts.show, hideLabel: texts.hide };
  const message = error?.fields?.form ?? (error && !error.fields ? error.message : notice);
  return (
    <form ref={form} action={submit} className="grid gap-5" noValidate>
      {message && <DangerAlert>{message}</DangerAlert>}
      <input type="hidden" name="callbackUrl" value={callbackUrl} />
      <Field id="email" label={texts.email} error={error?.fields?.email}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            inputMode="email"
            // Where one signs in, the browser may offer a passkey in its place.
            autoComplete={autoComplete === "current-password" ? "username webauthn" : "username"}
            required
            defaultValue={result?.ok === false ? result.values?.email : email}
          />
        )}
      </Field>
      <Field id="password" label={texts.password} hint={texts.hint} aside={aside} error={error?.fields?.password}>
        {(control) => (newPassword ? newPassword({ ...control, ...password }) : <PasswordInput {...control} {...password} />)}
      </Field>
      {children}
      <SubmitButton className="w-full">{texts.submit}</SubmitButton>
    </form>
  );
}
