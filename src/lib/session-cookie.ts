// Apart from session-token.ts because the proxy may run where there is no node:crypto.

/**
 * The name of the session cookie, which is also the salt of its key. Over https only the `__Secure-` one counts: a
 * neighbouring host cannot plant a plain one.
 */
export function sessionCookieName(secure: boolean): string {
  return secure ? "__Secure-authjs.session-token" : "authjs.session-token";
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
