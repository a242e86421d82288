// Apart from session-token.ts because the proxy may run where there is no node:crypto.

/** What belongs to it, by any name that somebody reads as its own. */
const SESSION_COOKIE = /^(?:__Secure-)?authjs\.session-token/;
/** Where Auth.js notes the page to come back to. */
const CALLBACK_COOKIE = /^(?:__(?:Secure|Host)-)?authjs\.callback-url$/;
/** The letters of a compact JWE (RFC 7516, 7.1). */
const TOKEN = /^[\w.-]+$/;

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

/** The same head with this value, alone, for its session cookie; null for none. */
export function withSessionCookie(header: string | undefined, secure: boolean, value: string | null): string {
  return inPlaceOf(cookiesIn(header), secure, value);
}

function inPlaceOf(brought: { name: string; value: string }[], secure: boolean, value: string | null): string {
  const others = brought.filter(({ name }) => !SESSION_COOKIE.test(name));
  const own = value === null ? [] : [{ name: sessionCookieName(secure), value }];
  return [...others, ...own].map((cookie) => `${cookie.name}=${cookie.value}`).join("; ");
}

/**
 * A head in which every reader finds the same session: Next takes the last of several cookies, Auth.js the first and whatever else begins
 * with the name, and both undo escapes. What is left is one cookie as we write it, in one piece, or none. A page to come back to that is no
 * address goes as well: Auth.js would answer everything with an error, and a neighbouring host can plant one.
 */
export function soundCookies(header: string, secure: boolean): string {
  const brought = cookiesIn(header);
  const byName = new Map(brought.map(({ name, value }) => [name, value]));
  const value = readSessionCookie((name) => byName.get(name), secure);
  const sound = brought.filter((cookie) => !CALLBACK_COOKIE.test(cookie.name) || isAddress(unescaped(cookie.value)));
  return inPlaceOf(sound, secure, value !== null && TOKEN.test(value) ? value : null);
}

/** Whether Auth.js takes this for the address of a page to come back to. */
export function isAddress(value: string): boolean {
  try {
    return /^https?:$/.test(new URL(value, value.startsWith("/") ? "http://foyer.invalid" : undefined).protocol);
  } catch {
    return false;
  }
}

/** As Auth.js reads a cookie; empty where it would make nothing of it. */
function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return "";
  }
}

/** The attributes that Auth.js gives it, kept until `end` (seconds since 1970). */
export function sessionCookieAttributes(secure: boolean, end: number) {
  return { path: "/", expires: new Date(end * 1000), httpOnly: true, secure, sameSite: "lax" } as const;
}

/** The Set-Cookie with these attributes. */
export function setSessionCookie(secure: boolean, value: string, end: number): string {
  const { path, expires } = sessionCookieAttributes(secure, end);
  const flags = `HttpOnly;${secure ? " Secure;" : ""} SameSite=Lax`;
  return `${sessionCookieName(secure)}=${value}; Path=${path}; Expires=${expires.toUTCString()}; ${flags}`;
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
