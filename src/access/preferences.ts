import { cookies } from "next/headers";
import { LOCALE_COOKIE } from "@/i18n/locale";
import type { Visitor } from "./entry";

const YEAR_SECONDS = 365 * 24 * 3600;
/** What a browser remembers, under these names of cookies. */
export type Preference = typeof LOCALE_COOKIE | "theme";

/** Remembers a preference in this browser for a year. */
export async function rememberPreference(name: Preference, value: string, { secure }: Visitor): Promise<void> {
  (await cookies()).set(name, value, { maxAge: YEAR_SECONDS, path: "/", sameSite: "lax", httpOnly: true, secure });
}

/** Gives a browser in which nobody has chosen yet the language and the theme that its person chose elsewhere. */
export async function bringPreferences(person: { locale: string | null; theme: string | null }, visitor: Visitor): Promise<void> {
  const jar = await cookies();
  for (const name of [LOCALE_COOKIE, "theme"] as const) {
    const value = name === "theme" ? person.theme : person.locale;
    if (value && !jar.has(name)) await rememberPreference(name, value, visitor);
  }
}
