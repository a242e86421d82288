import { env } from "./env";

/**
 * A link for a mail: `path` on AUTH_URL, never on the host of a request, which is whatever its sender wrote. Without AUTH_URL
 * (no mail leaves the machine then) it leads to this machine.
 */
export function siteLink(path: `/${string}`): string {
  const link = new URL(path, siteOrigin());
  // "//host/path" and "/\host" are paths to a string type and other sites to a URL.
  if (link.origin !== siteOrigin()) throw new Error("a link leads to this site");
  return link.href;
}

/** Scheme, host and port of the site as people reach it. */
export function siteOrigin(): string {
  const { AUTH_URL, PORT } = env();
  return new URL(AUTH_URL ?? `http://localhost:${PORT}`).origin;
}
