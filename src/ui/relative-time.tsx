type RelativeTimeProps = {
  date: Date | string | number;
  locale: string;
  /** The moment it is read at; given by the server where several times on a page must agree. */
  now?: Date | number;
  /** IANA zone of the exact date; UTC unless known, and named in it. */
  timeZone?: string;
  className?: string;
};

/**
 * "3 days ago", the exact moment on hover. The server's words stay: the browser hydrates a moment later and would
 * reckon other ones, so the difference is expected.
 */
export function RelativeTime({ date, locale, now, timeZone = "UTC", className }: RelativeTimeProps) {
  const moment = new Date(date);
  const exact = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(moment);
  return (
    <time data-slot="relative-time" dateTime={moment.toISOString()} title={exact} className={className} suppressHydrationWarning>
      {relative(moment.getTime(), new Date(now ?? Date.now()).getTime(), locale)}
    </time>
  );
}

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
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const seconds = (date - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}
