import type { NextRequest } from "next/server";

/**
 * The address the browser used. The forwarded headers are ours to believe: serve.mjs wrote them, from the Host header or
 * from a proxy in TRUSTED_PROXIES. AUTH_URL, where it is set, overrules this inside Auth.js.
 */
export function publicUrl(request: NextRequest): string {
  const { pathname, search } = request.nextUrl;
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host") ?? request.nextUrl.host;
  return `${request.headers.get("x-forwarded-proto") === "https" ? "https" : "http"}://${host}${pathname}${search}`;
}
