"use client";

import { useEffect, useRef, useState, useTransition } from "react";
import { Button } from "@/ui/button";
import { DangerAlert } from "@/ui/danger-alert";
import { KeyIcon } from "@/ui/key-icon";
import { beginPasskeySignIn, finishPasskeySignIn } from "./actions";
import type { AskedToShow } from "./browser";
import type { PasskeyTexts } from "./confirm-passkey-button";

/** A little less than a question is good for. */
const FRESH_MS = 270_000;

type PasskeySignInButtonProps = {
  /** The question that came with the page. */
  asked: AskedToShow;
  callbackUrl: string;
  texts: PasskeyTexts;
};

/** The ceremony's code is fetched after the page is there, and only by browsers that can do something with it. */
export function PasskeySignInButton({ asked, callbackUrl, texts }: PasskeySignInButtonProps) {
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const question = useRef({ asked, since: 0 });

  /** Quietly means that nobody pressed anything: what goes wrong then is nobody's concern. */
  const signIn = async (quietly: boolean) => {
    const { refusalOf, showPasskey } = await import("./browser");
    if (Date.now() - question.current.since > FRESH_MS) {
      const again = await beginPasskeySignIn({});
      if (!again.ok) return quietly ? undefined : setProblem(again.error.message);
      question.current = { asked: again.data, since: Date.now() };
    }
    const response = await showPasskey(question.current.asked, quietly).catch((error: unknown) => {
      const refusal = refusalOf(error);
      if (refusal && !quietly) setProblem(texts[refusal]);
      return null;
    });
    const done = response && (await finishPasskeySignIn({ response, callbackUrl }));
    if (done?.ok === false) setProblem(done.error.message);
  };
  const latest = useRef(signIn);
  latest.current = signIn;

  useEffect(() => {
    let left = false;
    let waits = false;
    question.current.since = Date.now();
    const offer = async () => {
      if (left || !(await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.()) || left) return;
      waits = true;
      await latest.current(true);
    };
    // The network may be gone when it is asked again: then the browser just offers nothing.
    const quietly = () => void offer().catch(() => undefined);
    quietly();
    const again = setInterval(quietly, FRESH_MS + 1_000);
    return () => {
      left = true;
      clearInterval(again);
      if (waits) void import("./browser").then(({ stopWaiting }) => stopWaiting());
    };
  }, []);

  const press = () =>
    startTransition(async () => {
      setProblem(undefined);
      await signIn(false);
    });
  return (
    <div className="grid gap-4 noscript:hidden">
      {problem && <DangerAlert>{problem}</DangerAlert>}
      <Button variant="secondary" pending={pending} onClick={press} className="w-full">
        <KeyIcon />
        {texts.button}
      </Button>
    </div>
  );
}
