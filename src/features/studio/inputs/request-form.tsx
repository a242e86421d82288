"use client";

import { type ReactNode, useActionState, useEffect, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { type Given, InputPictureField, PromptField } from "./fields";

type RequestFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
  /** Beside which the words stand that are its own: placeholder, button, and what is said when it has begun. */
  texts: { placeholder: string; generate: string; started: string };
  /** Those it can begin with. */
  pictures: { id: string; name: string }[];
  /** What else can be chosen. */
  children: (given: (name: string) => Given) => ReactNode;
};

/** Asks for something to be made. Works without JavaScript and keeps what was typed. */
export function RequestForm({ action, texts, pictures, children }: RequestFormProps) {
  const [result, submit] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  const typed = result?.ok === false ? result.values : undefined;
  useFocusFirstError(form, error);
  useEffect(() => {
    if (result?.ok) toast.success(texts.started);
  }, [result, texts.started]);
  const given = (name: string) => ({ error: error?.fields?.[name], typed: typed?.[name] });
  return (
    // A new key where the server gave new values: React keeps what an uncontrolled field was given first.
    <form ref={form} action={submit} className="grid gap-4" noValidate key={typed ? JSON.stringify(typed) : "initial"}>
      {error && (!error.fields || error.fields.form) && <Alert tone="danger">{error.fields?.form ?? error.message}</Alert>}
      <PromptField {...given("prompt")} placeholder={texts.placeholder} />
      {children(given)}
      <InputPictureField pictures={pictures} {...given("inputImageId")} />
      <SubmitButton>{texts.generate}</SubmitButton>
    </form>
  );
}
