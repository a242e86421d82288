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
