import { generateSecret, generateURI, verifySync } from "otplib";

const SECRET_BYTES = 20;
const DIGITS = 6;
const STEP_SECONDS = 30;

/** A new TOTP secret: 20 random bytes in base32, the length of HMAC-SHA-1's output (RFC 4226, 4; RFC 6238, 5.1). */
export function newTotpSecret(): string {
  return generateSecret({ length: SECRET_BYTES });
}

/** The `otpauth:` address an authenticator app reads from a QR code; `account` is what the app lists it under. */
export function totpUri(secret: string, issuer: string, account: string): string {
  return generateURI({ secret, issuer, label: account, digits: DIGITS, period: STEP_SECONDS });
}

/**
 * The 30 s step `code` belongs to, or null when it is wrong: the current step, the one before or the one after (RFC 6238,
 * 5.2 and 6). Spaces as apps show them are allowed. Never throws. The caller remembers the step and takes none twice, nor
 * an earlier one: that, not this, is what makes a code single-use (ASVS 6.5.1).
 */
export function matchTotp(secret: string, code: string, nowSeconds = Date.now() / 1000): number | null {
  const token = code.replace(/\s/g, "");
  // The library throws for anything that is not six ASCII digits.
  if (!/^[0-9]{6}$/.test(token)) return null;
  const epoch = Math.floor(nowSeconds);
  const verdict = verifySync({ secret, token, epoch, epochTolerance: STEP_SECONDS, digits: DIGITS, period: STEP_SECONDS });
  return verdict.valid && "timeStep" in verdict ? verdict.timeStep : null;
}
