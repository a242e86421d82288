"use client";

import { CrashPage } from "./crash-page";

export default function RouteError(props: { error: unknown; retry: () => void }) {
  return <CrashPage {...props} />;
}
