import Bowser from "bowser";

/** What a user agent says it is: "Chrome 140" on "Windows"; null for what it does not say, or nobody knows. */
export function describeUserAgent(userAgent: string | null): { browser: string | null; system: string | null } {
  if (!userAgent) return { browser: null, system: null };
  const { browser, os } = Bowser.parse(userAgent.slice(0, 500));
  const version = browser.version?.split(".")[0];
  return { browser: browser.name ? [browser.name, version].filter(Boolean).join(" ") : null, system: os.name ?? null };
}

/** What kind of thing it runs on: "desktop", "phone", "tablet"; null for what it does not say, and for a program. */
export function deviceOf(userAgent: string | null): "desktop" | "phone" | "tablet" | null {
  const type = userAgent ? Bowser.parse(userAgent.slice(0, 500)).platform.type : undefined;
  return type === "mobile" ? "phone" : type === "desktop" || type === "tablet" ? type : null;
}
