"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** An unattended page must not keep a session awake for ever: an admin's ends after an idle hour. */
const ATTENDED_MS = 10 * 60_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "scroll"] as const;

/** Asks the server for this page again, as long as it stands in it, and somebody looks at the tab and moves now and then. */
export function RefreshEvery({ ms }: { ms: number }) {
  const router = useRouter();
  useEffect(() => {
    let attended = Date.now();
    const note = () => {
      attended = Date.now();
    };
    for (const sign of SIGNS) addEventListener(sign, note, { passive: true, capture: true });
    const timer = setInterval(() => {
      if (!document.hidden && Date.now() - attended < ATTENDED_MS) router.refresh();
    }, ms);
    return () => {
      clearInterval(timer);
      for (const sign of SIGNS) removeEventListener(sign, note, { capture: true });
    };
  }, [router, ms]);
  return null;
}
