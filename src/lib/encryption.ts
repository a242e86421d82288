import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const VERSION = "1";
const KEY_BYTES = 32;
const KEY_ID_BYTES = 6;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What a value is for and whose it is: one that was moved to another row or column does not decrypt. */
export interface Purpose {
  /** Fixed in the code, such as "totp-secret": each has a key of its own. */
  label: string;
  /** The row it belongs to. */
  owner: string;
}

/**
 * Encrypts a short text for the database: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, the key by
 * HKDF-SHA256 (RFC 5869) from the first of `secrets` and the label, the owner authenticated with it. About 60 characters
 * longer than the text in base64url.
 */
export function encrypt(text: string, { label, owner }: Purpose, secrets: readonly string[]): string {
  const [newest] = secrets;
  if (!newest) throw new Error("no secret to encrypt with");
  const { key, id } = keyFor(newest, label);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(`${VERSION}\n${label}\n${owner}`));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return [VERSION, id, iv.toString("base64url"), body.toString("base64url")].join(".");
}

/**
 * The text again, or null when it was changed, belongs to another row or purpose, or was encrypted with a secret that is
 * no longer among `secrets` (newest first). Never throws.
 */
export function decrypt(value: string, { label, owner }: Purpose, secrets: readonly string[]): string | null {
  const [version, id, iv64, body64, ...rest] = value.split(".");
  if (version !== VERSION || !iv64 || !body64 || rest.length > 0) return null;
  const key = secrets.map((secret) => keyFor(secret, label)).find((candidate) => candidate.id === id)?.key;
  const iv = Buffer.from(iv64, "base64url");
  const body = Buffer.from(body64, "base64url");
  if (!key || iv.length !== IV_BYTES || body.length < TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(`${VERSION}\n${label}\n${owner}`));
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    return decipher.update(body.subarray(0, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    // The tag does not fit: somebody wrote into the row.
    return null;
  }
}

/** Whether a value was encrypted with an older secret than the first one, and should be written anew before that one goes. */
export function needsReencryption(value: string, label: string, secrets: readonly string[]): boolean {
  const [newest] = secrets;
  return newest !== undefined && value.split(".")[1] !== keyFor(newest, label).id;
}

const keys = new Map<string, { key: Buffer; id: string }>();

/** Key and key id are two parts of one output, so the id tells nothing of the key. Derived once: there are a handful. */
function keyFor(secret: string, label: string): { key: Buffer; id: string } {
  const cacheKey = `${label}\n${secret}`;
  const known = keys.get(cacheKey);
  if (known) return known;
  const bytes = Buffer.from(hkdfSync("sha256", secret, "", `Foyer encryption at rest: ${label}`, KEY_BYTES + KEY_ID_BYTES));
  const made = { key: bytes.subarray(0, KEY_BYTES), id: bytes.subarray(KEY_BYTES).toString("base64url") };
  keys.set(cacheKey, made);
  return made;
}
