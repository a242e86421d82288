"use client";

import { useLocale, useTranslations } from "next-intl";

/** Whether what is typed is saved, and since when; heard when it changes. */
export function SaveState({ isUnsaved, savedAt }: { isUnsaved: boolean; savedAt: string }) {
  const t = useTranslations("documents");
  const locale = useLocale();
  // The server knows no zone of the reader's, and the browser's differs from it: a time is said only once something was saved here.
  const time = savedAt && new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(new Date(savedAt));
  return (
    <p role="status" className="text-muted text-sm">
      {isUnsaved ? t("unsaved") : time ? t("savedAt", { time }) : t("saved")}
    </p>
  );
}
