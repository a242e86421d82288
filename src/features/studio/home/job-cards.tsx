"use client";

import { lazy, Suspense } from "react";
import type { LiveCardsProps } from "./live-cards";

const LiveCards = lazy(() => import("./live-cards"));

/** What shows jobs live arrives with the first job: every visit of the member's home would carry it otherwise. */
export function JobCards(props: LiveCardsProps) {
  return (
    <Suspense fallback={null}>
      <LiveCards {...props} />
    </Suspense>
  );
}
