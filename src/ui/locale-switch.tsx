import { byLocale } from "./by-locale";
import { cn } from "./cn";

type LocaleSwitchProps = {
  /** Receives `locale`; a server action, so it works without JavaScript. */
  action: (data: FormData) => Promise<void>;
  locale: string;
  locales: readonly string[];
  /** Names the group: "Language". */
  label: string;
  className?: string;
};

/** One button a language, each in its own words. */
export function LocaleSwitch({ action, locale, locales, label, className }: LocaleSwitchProps) {
  return (
    <form action={action} data-slot="locale-switch" className={className}>
      <fieldset className="m-0 flex items-center gap-0.5 border-0 p-0">
        <legend className="sr-only">{label}</legend>
        {locales.map((choice) => (
          <button
            key={choice}
            type="submit"
            name="locale"
            value={choice}
            lang={choice}
            aria-pressed={choice === locale}
            className={cn(
              "h-8 rounded-md px-2 text-sm transition-colors",
              choice === locale ? "font-medium text-foreground" : "text-muted hover:bg-hover hover:text-foreground",
            )}
          >
            {ownName(choice)}
          </button>
        ))}
      </fieldset>
    </form>
  );
}

/** "English", "Français": a language's name in itself, capitalised as a name standing alone. */
const ownName = byLocale((locale) => {
  const name = new Intl.DisplayNames([locale], { type: "language" }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
});
