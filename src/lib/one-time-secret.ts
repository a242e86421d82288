import { createHash, randomBytes, scrypt } from "node:crypto";

const SECRET_BYTES = 32;
/** Crockford's base 32: no I, L, O or U; 32 letters, so that five bits of a random byte pick one without bias. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const CODE_LENGTH = 10;
/** 16 MB and some 40 ms off the main thread. The codes are random, so this need not be as slow as for passwords. */
const SCRYPT = { N: 2 ** 14, r: 8, p: 1 };

/** A secret for a link or a ticket: 32 random bytes in base64url, and the hash that is kept instead of it. */
export function newOneTimeSecret(): { secret: string; hash: string } {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  return { secret, hash: hashOneTimeSecret(secret) };
}

/**
 * SHA-256 in base64url (43 characters): enough for 256 random bits, which nobody guesses (ASVS 6.5.2). Looking a hash up
 * leaks nothing that helps: who does not have the secret cannot choose its hash.
 */
export function hashOneTimeSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** A recovery code of 50 random bits that can be read aloud and typed from paper: "k7m2x-9qp4d". */
export function newRecoveryCode(): string {
  const letters = Array.from(randomBytes(CODE_LENGTH), (byte) => ALPHABET[byte & 31]).join("");
  return `${letters.slice(0, CODE_LENGTH / 2)}-${letters.slice(CODE_LENGTH / 2)}`;
}

/** The code as it was made, from however it was typed (case, spaces, O for 0, I or L for 1), or null when it cannot be one. */
export function readRecoveryCode(typed: string): string | null {
  const letters = typed.toLowerCase().replace(/[\s-]/g, "").replace(/o/g, "0").replace(/[il]/g, "1");
  if (letters.length !== CODE_LENGTH || [...letters].some((letter) => !ALPHABET.includes(letter))) return null;
  return `${letters.slice(0, CODE_LENGTH / 2)}-${letters.slice(CODE_LENGTH / 2)}`;
}

/**
 * The hash a recovery code is kept and looked up by: scrypt with its owner as the salt, 43 characters. Below 112 bits a
 * plain hash could be searched through by whoever has a copy of the table (ASVS 6.5.2).
 */
export function hashRecoveryCode(code: string, ownerId: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(code, `foyer recovery code ${ownerId}`, SECRET_BYTES, SCRYPT, (error, hash) =>
      error ? reject(error) : resolve(hash.toString("base64url")),
    );
  });
}
