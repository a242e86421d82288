"use client";

import { useLocale, useTranslations } from "next-intl";
import type { Saving } from "./writer";

/** Whether what is typed is saved, and since when; heard when it is, or could not be. */
export function SaveState({ state, savedAt }: Pick<Saving, "state" | "savedAt">) {
  const t = useTranslations("documents");
  const locale = useLocale();
  // The server knows no zone of the reader's, and the browser's differs from it: a time is said only once something was saved here.
  const time = savedAt && new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(new Date(savedAt));
  const words = { saved: time ? t("savedAt", { time }) : t("saved"), refused: t("notSaved"), unsaved: t("unsaved"), saving: t("saving") };
  const isHeard = state === "saved" || state === "refused";
  return (
    <p className={state === "refused" ? "text-danger text-sm" : "text-muted text-sm"}>
      <span role="status">{isHeard && words[state]}</span>
      {/* Between each pause and the next it would interrupt. */}
      {!isHeard && <span aria-hidden="true">{words[state]}</span>}
    </p>
  );
}
