"use client";

import { useEffect, useRef, useState, useTransition } from "react";
import { Button } from "@/ui/button";
import { DangerAlert } from "@/ui/danger-alert";
import { KeyIcon } from "@/ui/key-icon";
import type { Ceremony } from "./sign-in-ceremony";

/** The ceremony's code is fetched after the page is there, and only by browsers that can do something with it. */
export function PasskeySignInButton({ asked, callbackUrl, texts }: Pick<Ceremony, "asked" | "callbackUrl" | "texts">) {
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const ceremony = useRef<Ceremony>({ asked, since: 0, callbackUrl, texts, tell: setProblem });
  // Not the question: the one under way is the browser's to answer.
  Object.assign(ceremony.current, { callbackUrl, texts });

  useEffect(() => {
    let end = () => {};
    let left = false;
    ceremony.current.since = Date.now();
    const offer = async () => {
      const { offerPasskeys } = await import("./sign-in-ceremony");
      if (!left) end = offerPasskeys(ceremony.current);
    };
    // Without network the browser just offers nothing.
    if ("PublicKeyCredential" in window) void offer().catch(() => undefined);
    return () => {
      left = true;
      end();
    };
  }, []);

  const press = () =>
    startTransition(async () => {
      setProblem(undefined);
      const { signInByPasskey } = await import("./sign-in-ceremony");
      await signInByPasskey(ceremony.current);
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
