"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Asks the server for this page again, as long as it stands in it and somebody looks at the tab. */
export function RefreshEvery({ ms }: { ms: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) router.refresh();
    }, ms);
    return () => clearInterval(timer);
  }, [router, ms]);
  return null;
}
