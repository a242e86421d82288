import { cookies } from "next/headers";
import { getLocale, getTranslations } from "next-intl/server";
import { setLocale, setTheme } from "@/features/preferences/actions";
import { locales } from "@/i18n/locale";
import { Preferences } from "@/ui/preferences";
import { isTheme } from "@/ui/theme";

/** Language and theme, wired to their actions. */
export async function PreferencesBar() {
  const [t, locale, jar] = await Promise.all([getTranslations("preferences"), getLocale(), cookies()]);
  const theme = jar.get("theme")?.value;
  const labels = { language: t("language"), theme: t("theme"), light: t("light"), dark: t("dark"), system: t("system") };
  return (
    <Preferences
      locale={locale}
      locales={locales}
      theme={isTheme(theme) ? theme : "system"}
      setLocale={setLocale}
      setTheme={setTheme}
      labels={labels}
    />
  );
}
