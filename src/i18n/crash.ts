import { useSyncExternalStore } from "react";
import { defaultLocale, isLocale, type Locale } from "./locale";

/*
 * The only words outside messages/: an error page is a client component that every page carries and that must speak
 * when nothing else could be loaded, so its few words travel with it.
 */
export const crashTexts = {
  en: {
    title: "Something went wrong",
    body: "This page could not be shown. What you had saved is kept; what was still in a form may need typing again.",
    retry: "Try again",
    home: "Go to the home page",
    reference: "Reference for your admin",
  },
  fr: {
    title: "Une erreur est survenue",
    body: "Cette page n’a pas pu s’afficher. Ce que vous aviez enregistré est conservé\u202f; ce qui était encore dans un formulaire est peut-être à ressaisir.",
    retry: "Réessayer",
    home: "Aller à l’accueil",
    reference: "Référence pour votre admin",
  },
} satisfies Record<Locale, Record<string, string>>;

/** Language of the page that failed; unknown while the server renders. */
export function useCrashLocale(): Locale | undefined {
  return useSyncExternalStore<Locale | undefined>(never, crashLocale, () => undefined);
}

/** The id of the error in the server's log, for errors that came from there. */
export function errorDigest(error: unknown): string | undefined {
  return error instanceof Error && "digest" in error && typeof error.digest === "string" ? error.digest : undefined;
}

/** The language the page is in; where even the layout failed, the browser's. */
function crashLocale(): Locale {
  const language = document.documentElement.lang || navigator.language.split("-")[0];
  return isLocale(language) ? language : defaultLocale;
}

/** The language does not change while the message stands. */
function never() {
  return () => undefined;
}
