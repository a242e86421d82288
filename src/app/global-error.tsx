"use client";

import "./globals.css";
import { CrashPage, useCrashLocale } from "./crash-page";

/** Even the layout has failed: this brings its own document. */
export default function GlobalError(props: { error: unknown; retry: () => void }) {
  return (
    <html lang={useCrashLocale()}>
      <body>
        <CrashPage {...props} />
      </body>
    </html>
  );
}
