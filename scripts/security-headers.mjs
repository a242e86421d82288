const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
};

/**
 * What every answer says of how it may be used, also what Next never sees and its own redirects. The policy of pages is added by
 * middleware.ts, that of the API by next.config.ts.
 * @param {import("node:http").ServerResponse} response @param {boolean} secure
 */
export function addSecurityHeaders(response, secure) {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (secure) response.setHeader("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
}
