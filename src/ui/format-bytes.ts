import { byLocale } from "./by-locale";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** With and without a decimal, for each unit. */
const FORMATS = UNITS.map((unit, step) =>
  [0, 1].map((maximumFractionDigits) =>
    byLocale((locale) => {
      // The short form of "byte" has no plural.
      const unitDisplay = step === 0 ? "long" : "short";
      return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits });
    }),
  ),
);

/** "1.4 MB" in the reader's language; decimal units, as disks and stores count. */
export function formatBytes(bytes: number, locale: string): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  const digits = step > 1 && value < 100 ? 1 : 0;
  return FORMATS[step]?.[digits]?.(locale).format(value) ?? "";
}
