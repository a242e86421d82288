"use client";

import { useEffect, useState } from "react";
import { SubmitButton } from "./submit-button";

type CountdownButtonProps = {
  /** Seconds until it may be pressed. */
  wait: number;
  /** `wait` has "{seconds}" in it. */
  texts: { submit: string; wait: string };
};

/** A submit button that opens after some time, and says when. Without JavaScript it is always open. */
export function CountdownButton({ wait, texts }: CountdownButtonProps) {
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
