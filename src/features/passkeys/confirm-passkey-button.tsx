"use client";

import { useState, useTransition } from "react";
import { Button } from "@/ui/button";
import { DangerAlert } from "@/ui/danger-alert";
import { KeyIcon } from "@/ui/key-icon";
import { beginPasskeyConfirmation, finishPasskeyConfirmation } from "./actions";
import type { BrowserRefusal } from "./browser";

export type PasskeyTexts = Record<BrowserRefusal, string> & { button: string };

/** Shows a passkey of one's own; the page then opens what may be changed. */
export function ConfirmPasskeyButton({ texts }: { texts: PasskeyTexts }) {
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const confirm = () =>
    startTransition(async () => {
      setProblem(undefined);
      const asked = await beginPasskeyConfirmation({});
      if (!asked.ok) return setProblem(asked.error.message);
      const { refusalOf, showPasskey } = await import("./browser");
      const response = await showPasskey(asked.data).catch((error: unknown) => {
        const refusal = refusalOf(error);
        if (refusal) setProblem(texts[refusal]);
        return null;
      });
      const done = response && (await finishPasskeyConfirmation({ response }));
      if (done?.ok === false) setProblem(done.error.message);
    });
  return (
    <div className="grid gap-4 noscript:hidden">
      {problem && <DangerAlert>{problem}</DangerAlert>}
      <Button variant="secondary" pending={pending} onClick={confirm} className="justify-self-start max-sm:w-full">
        <KeyIcon />
        {texts.button}
      </Button>
    </div>
  );
}
