/** Keeps what `make` makes for a locale: making one of Intl's formats takes fifty times as long as using it, and a list uses it in every row. */
export function byLocale<Format>(make: (locale: string) => Format): (locale: string) => Format {
  const made = new Map<string, Format>();
  return (locale) => {
    const format = made.get(locale) ?? make(locale);
    made.set(locale, format);
    return format;
  };
}
