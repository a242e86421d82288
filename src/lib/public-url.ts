import type { NextRequest } from "next/server";

/**
 * The address the browser used. The forwarded headers are ours to believe: serve.mjs wrote them, from the Host header or
 * from a proxy in TRUSTED_PROXIES. AUTH_URL, where it is set, overrules this inside Auth.js.
 */
export function publicUrl(request: NextRequest): string {
  const { pathname, search, host } = request.nextUrl;
  return `${publicOrigin(request.headers, host)}${pathname}${search}`;
}

/** Scheme, host and port of that address. */
export function publicOrigin(headers: Pick<Headers, "get">, otherwise = "localhost"): string {
  const host = headers.get("x-forwarded-host") ?? headers.get("host") ?? otherwise;
  return `${headers.get("x-forwarded-proto") === "https" ? "https" : "http"}://${host}`;
}

/**
 * Whether a change is asked for by a page that is not this site's (OWASP ASVS 3.5.1): another host, port or, where this site
 * is reached by https, the same host without it. A browser names the origin of every POST; what is no browser names none.
 */
export function isForeignOrigin(headers: Pick<Headers, "get">): boolean {
  const origin = headers.get("origin");
  if (origin === null) return false;
  if (!URL.canParse(origin)) return true;
  const [asker, own] = [new URL(origin), new URL(publicOrigin(headers))];
  // A proxy that ends https without saying so leaves us in the belief that there is none.
  return asker.host !== own.host || (own.protocol === "https:" && asker.protocol !== "https:");
}
