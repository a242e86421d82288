"use client";

import { type ReactNode, useActionState, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import type { ButtonProps } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";

type CodeFormProps = {
  action: (form: FormData) => void;
  /** The answer to the last try. */
  result: Result<unknown> | null;
  /** Unique on the page. */
  id: string;
  label: string;
  hint?: string;
  submit: string;
  /** A recovery code has letters; the app's code brings up the digits. */
  kind?: "app" | "recovery";
  variant?: ButtonProps["variant"];
  callbackUrl?: string;
  wide?: boolean;
  /** Stands after the button. */
  beside?: ReactNode;
};

type OwnCodeFormProps = Omit<CodeFormProps, "action" | "result"> & {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
};

/** A code form for an action of which only the errors are looked at. */
export function OwnCodeForm({ action, ...props }: OwnCodeFormProps) {
  const [result, send] = useActionState(action, null);
  return <CodeForm {...props} action={send} result={result} />;
}

/** One code. Works without JavaScript; texts come from the server, so that the page of the second step stays light. */
export function CodeForm({
  action,
  result,
  id,
  label,
  hint,
  submit,
  kind = "app",
  variant,
  callbackUrl,
  wide = false,
  beside,
}: CodeFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  return (
    <form ref={form} action={action} className="grid gap-5" noValidate>
      {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
      {callbackUrl !== undefined && <input type="hidden" name="callbackUrl" value={callbackUrl} />}
      <Field id={id} label={label} hint={hint} error={error?.fields?.code}>
        {(control) => (
          <Input
            {...control}
            name="code"
            required
            inputMode={kind === "app" ? "numeric" : "text"}
            autoComplete={kind === "app" ? "one-time-code" : "off"}
            autoCapitalize="none"
            spellCheck={false}
            maxLength={40}
            className="font-mono tracking-wide"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2 max-sm:grid">
        <SubmitButton variant={variant ?? "primary"} className={wide ? "w-full" : "max-sm:w-full"}>
          {submit}
        </SubmitButton>
        {beside}
      </div>
    </form>
  );
}
