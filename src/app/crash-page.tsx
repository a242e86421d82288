"use client";

import { crashTexts, errorDigest, useCrashLocale } from "@/i18n/crash";
import { defaultLocale } from "@/i18n/locale";
import { Button, buttonVariants } from "@/ui/button";
import { MessagePage } from "@/ui/message-page";

/** What the error boundary of a route shows, in the page's frame. */
export default function CrashPage({ error, retry }: { error: unknown; retry: () => void }) {
  const text = crashTexts[useCrashLocale() ?? defaultLocale];
  const digest = errorDigest(error);
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
