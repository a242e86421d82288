"use client";

import { useActionState, useEffect, useState } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { SubmitButton } from "@/ui/submit-button";

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
      <Countdown key={mails} wait={wait} texts={texts} />
    </form>
  );
}

function Countdown({ wait, texts }: Pick<ResendFormProps, "wait" | "texts">) {
  // Zero on the server: a button that only a script could open again would stay shut without one.
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const end = Date.now() + wait * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [wait]);
  return (
    <SubmitButton variant="secondary" className="w-full tabular-nums" disabled={left > 0}>
      {left > 0 ? texts.wait.replace("{seconds}", String(left)) : texts.submit}
    </SubmitButton>
  );
}
