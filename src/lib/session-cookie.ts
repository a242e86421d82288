// Apart from session-token.ts because the proxy may run where there is no node:crypto.

/**
 * The name of the session cookie, which is also the salt of its key. Over https only the `__Secure-` one counts: a
 * neighbouring host cannot plant a plain one.
 */
export function sessionCookieName(secure: boolean): string {
  return secure ? "__Secure-authjs.session-token" : "authjs.session-token";
}

/** The cookies of a request's head, in their order, as they were sent (RFC 6265, 4.2.1). */
export function cookiesIn(header: string | undefined): { name: string; value: string }[] {
  return (header ?? "").split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? [] : [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }];
  });
}

/** The same head with this value, alone, for its session cookie. */
export function withSessionCookie(header: string | undefined, secure: boolean, value: string): string {
  const name = sessionCookieName(secure);
  const others = cookiesIn(header).filter((cookie) => cookie.name !== name && !cookie.name.startsWith(`${name}.`));
  return [...others, { name, value }].map((cookie) => `${cookie.name}=${cookie.value}`).join("; ");
}

/** The Set-Cookie that keeps it until `end` (seconds since 1970), with the attributes that Auth.js gives it. */
export function setSessionCookie(secure: boolean, value: string, end: number): string {
  const expires = new Date(end * 1000).toUTCString();
  return `${sessionCookieName(secure)}=${value}; Path=/; Expires=${expires}; HttpOnly;${secure ? " Secure;" : ""} SameSite=Lax`;
}

/** Reads the session cookie, joining the chunks Auth.js writes when a value is too long for one cookie. */
export function readSessionCookie(get: (name: string) => string | undefined, secure: boolean): string | null {
  const name = sessionCookieName(secure);
  const whole = get(name);
  if (whole) return whole;
  let joined = "";
  for (let index = 0; index < 5; index++) {
    const chunk = get(`${name}.${index}`);
    if (chunk === undefined) break;
    joined += chunk;
  }
  return joined || null;
}
