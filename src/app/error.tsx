"use client";

import { lazy, Suspense } from "react";

// Every page carries its error boundary: what it shows is fetched when it is needed. Should that fail too, the error
// goes up to global-error, which needs nothing.
const CrashPage = lazy(() => import("./crash-page"));

export default function RouteError(props: { error: unknown; retry: () => void }) {
  return (
    <Suspense fallback={null}>
      <CrashPage {...props} />
    </Suspense>
  );
}
