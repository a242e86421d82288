"use client";

import { useSyncExternalStore } from "react";
import { crashLocale, crashTexts } from "@/i18n/crash";
import { defaultLocale, type Locale } from "@/i18n/locale";
import { Button, buttonVariants } from "@/ui/button";
import { MessagePage } from "@/ui/message-page";

/** What both error boundaries show. The digest is the same id that stands in the server's log. */
export function CrashPage({ error, retry }: { error: unknown; retry: () => void }) {
  const text = crashTexts[useCrashLocale() ?? defaultLocale];
  const digest = error instanceof Error && "digest" in error && typeof error.digest === "string" ? error.digest : undefined;
  return (
    <MessagePage
      brand={{ href: "/", name: "Foyer" }}
      title={text.title}
      body={text.body}
      reference={digest ? { label: text.reference, value: digest } : undefined}
      actions={
        <>
          <Button onClick={retry}>{text.retry}</Button>
          <a href="/" className={buttonVariants({ variant: "secondary" })}>
            {text.home}
          </a>
        </>
      }
    />
  );
}

/** Language of the page that failed; unknown while the server renders. */
export function useCrashLocale(): Locale | undefined {
  return useSyncExternalStore<Locale | undefined>(never, crashLocale, () => undefined);
}

/** The language does not change while the message stands. */
function never() {
  return () => undefined;
}
