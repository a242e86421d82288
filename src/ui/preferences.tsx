import { LocaleSwitch } from "./locale-switch";
import { type Theme, ThemeSwitch } from "./theme-switch";

type PreferencesProps = {
  locale: string;
  locales: readonly string[];
  theme: Theme;
  setLocale: (data: FormData) => Promise<void>;
  setTheme: (data: FormData) => Promise<void>;
  labels: Record<Theme | "theme" | "language", string>;
};

/** Language and theme side by side, for pages that have no account menu. */
export function Preferences({ locale, locales, theme, setLocale, setTheme, labels }: PreferencesProps) {
  return (
    <div data-slot="preferences" className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <LocaleSwitch action={setLocale} locale={locale} locales={locales} label={labels.language} className="-ms-2" />
      <ThemeSwitch action={setTheme} theme={theme} labels={{ ...labels, group: labels.theme }} />
    </div>
  );
}
