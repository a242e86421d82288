import { byLocale } from "./by-locale";

type RelativeTimeProps = {
  date: Date | string | number;
  locale: string;
  /** The moment it is read at; given by the server where several times on a page must agree. */
  now?: Date | number;
  className?: string;
};

/**
 * "3 days ago", the exact moment, in UTC, on hover. The server's words stay: the browser hydrates a moment later and would
 * reckon other ones, so the difference is expected.
 */
export function RelativeTime({ date, locale, now, className }: RelativeTimeProps) {
  const moment = new Date(date);
  return (
    <time
      data-slot="relative-time"
      dateTime={moment.toISOString()}
      title={exactFormat(locale).format(moment)}
      className={className}
      suppressHydrationWarning
    >
      {relative(moment.getTime(), new Date(now ?? Date.now()).getTime(), locale)}
    </time>
  );
}

const day = { day: "numeric", month: "long", year: "numeric" } as const;
const exactFormat = byLocale(
  (locale) => new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit", timeZone: "UTC", timeZoneName: "short" }),
);
const relativeFormat = byLocale((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** In the largest unit that fills; below a minute, "now" in the language's own word. */
function relative(date: number, now: number, locale: string): string {
  const format = relativeFormat(locale);
  const seconds = (date - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}
