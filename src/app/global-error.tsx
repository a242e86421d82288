"use client";

import "./globals.css";
import { crashTexts, errorDigest, useCrashLocale } from "@/i18n/crash";
import { defaultLocale } from "@/i18n/locale";

/** Even the layout has failed: this brings its own document, and only words and two ways on, since every page carries it. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  const locale = useCrashLocale();
  const text = crashTexts[locale ?? defaultLocale];
  const digest = errorDigest(error);
  return (
    <html lang={locale}>
      <body className="grid place-items-center p-5">
        <title>{text.title}</title>
        <main className="max-w-form text-center">
          <h1 className="text-xl">{text.title}</h1>
          <p className="mt-2 text-base text-muted">{text.body}</p>
          <p className="mt-6 flex justify-center gap-6 font-medium text-base text-ember underline underline-offset-4">
            <button type="button" onClick={retry} className="underline underline-offset-4">
              {text.retry}
            </button>
            <a href="/">{text.home}</a>
          </p>
          {digest && (
            <p className="mt-6 text-faint text-xs">
              {text.reference} {digest}
            </p>
          )}
        </main>
      </body>
    </html>
  );
}
