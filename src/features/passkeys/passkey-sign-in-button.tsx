"use client";

import { useCallback, useEffect, useState, useTransition } from "react";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { KeyIcon } from "@/ui/form-icons";
import { beginPasskeySignIn, finishPasskeySignIn } from "./actions";
import type { PasskeyTexts } from "./confirm-passkey-button";

/** A little less than a question is good for. */
const ASK_AGAIN_MS = 270_000;

/** The ceremony's code is fetched after the page is there, and only by browsers that can do something with it. */
export function PasskeySignInButton({ callbackUrl, texts }: { callbackUrl: string; texts: PasskeyTexts }) {
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();

  const signIn = useCallback(
    async (quietly: boolean) => {
      const { refusalOf, showPasskey } = await import("./browser");
      const asked = await beginPasskeySignIn({});
      // Quietly means that nobody asked: what goes wrong then is nobody's concern.
      if (!asked.ok) return quietly ? undefined : setProblem(asked.error.message);
      const response = await showPasskey(asked.data, quietly).catch((error: unknown) => {
        const refusal = refusalOf(error);
        if (refusal && !quietly) setProblem(texts[refusal]);
        return null;
      });
      const done = response && (await finishPasskeySignIn({ response, callbackUrl }));
      if (done?.ok === false) setProblem(done.error.message);
    },
    [callbackUrl, texts],
  );

  useEffect(() => {
    let left = false;
    const offer = async () => {
      const able = await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.();
      if (able && !left) await signIn(true);
    };
    void offer();
    const again = setInterval(() => void offer(), ASK_AGAIN_MS);
    return () => {
      left = true;
      clearInterval(again);
      void import("./browser").then(({ stopWaiting }) => stopWaiting());
    };
  }, [signIn]);

  const press = () =>
    startTransition(async () => {
      setProblem(undefined);
      await signIn(false);
    });
  return (
    <div className="grid gap-4 noscript:hidden">
      {problem && <Alert tone="danger">{problem}</Alert>}
      <Button variant="secondary" pending={pending} onClick={press} className="w-full">
        <KeyIcon />
        {texts.button}
      </Button>
    </div>
  );
}
