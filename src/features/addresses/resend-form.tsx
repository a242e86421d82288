"use client";

import { useActionState } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { CountdownButton } from "@/ui/countdown-button";

type ResendFormProps = {
  action: (previous: Result<unknown> | null, form: FormData) => Promise<Result<unknown>>;
  /** Seconds until a mail may be asked for again. */
  wait: number;
  /** Mails asked for so far: another number begins another countdown. */
  mails: number;
  texts: { submit: string; wait: string; done: string };
};

/** Asks for the mail once more, once some time has passed. Without JavaScript the button is always there, and says how long to wait. */
export function ResendForm({ action, wait, mails, texts }: ResendFormProps) {
  const [result, submit] = useActionState(action, null);
  return (
    <form action={submit} className="grid gap-5">
      {result?.ok === false && <Alert tone="danger">{result.error.message}</Alert>}
      {result?.ok && <Alert tone="success">{texts.done}</Alert>}
      <CountdownButton key={mails} wait={wait} texts={texts} />
    </form>
  );
}
