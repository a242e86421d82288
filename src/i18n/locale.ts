/** The languages Foyer speaks; the first is what it speaks to those who ask for none of them. */
export const locales = ["en", "fr"] as const;

export type Locale = (typeof locales)[number];

export const defaultLocale: Locale = locales[0];

/** Dates agree between server and browser, and are named as UTC where the hour is shown. */
export const TIME_ZONE = "UTC";

/** Name of the cookie that keeps the person's choice. */
export const LOCALE_COOKIE = "locale";

/** Whether `value` is one of ours: cookies and headers are anyone's text. */
export function isLocale(value: unknown): value is Locale {
  return locales.some((locale) => locale === value);
}

/**
 * The first of our languages by the weights of an Accept-Language header (RFC 9110, 12.5.4); a regional tag counts as
 * its language. Anything unreadable, `*` and weight 0 count as not asked.
 */
export function pickLocale(acceptLanguage: string | null | undefined): Locale {
  let best: { locale: Locale; weight: number } | undefined;
  // A header of any length may come in: no browser sends more than a dozen languages.
  for (const part of (acceptLanguage ?? "").slice(0, 500).split(",")) {
    const [tag = "", ...params] = part.trim().split(";");
    const language = tag.trim().toLowerCase().split("-")[0];
    const q = params.map((param) => param.trim()).find((param) => param.startsWith("q="));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    if (isLocale(language) && weight > (best?.weight ?? 0) && weight <= 1) best = { locale: language, weight };
  }
  return best?.locale ?? defaultLocale;
}
