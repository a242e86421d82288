import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from "node:crypto";

const CLOCK_TOLERANCE_S = 15;
const KEY_BYTES = 64;
/** Longest a session lives: a member's ends 30 days after sign-in, whatever happens. */
export const SESSION_SECONDS = 30 * 24 * 3600;
const MAX_TOKEN_CHARS = 16_384;

/** What a session cookie carries. `end` is the absolute end in seconds: no renewal moves `exp` past it. */
export type Claims = {
  sub: string;
  sid: string;
  role: "MEMBER" | "ADMIN";
  profileComplete: boolean;
  mustChangePassword: boolean;
  emailVerified: boolean;
  secondFactor: boolean;
  deleteAfter: string | null;
  /** Whether a second factor or a passkey was shown at sign-in. */
  strong: boolean;
  epoch: number;
  /** The role in which the session got its id: in another one it goes on under another (src/access/renewal.ts). */
  startedAs: "MEMBER" | "ADMIN";
  /** The session that it takes the place of, as soon as a browser brings it; null for one that began with a sign-in. */
  follows: string | null;
  /** When the person signed in, in seconds. */
  began: number;
  end: number;
  iat: number;
  exp: number;
  name: string;
  email: string;
  picture: string | null;
  /** False for a cookie of an earlier release, which knew less, and for one that follows another: the database is then asked once. */
  whole: boolean;
};

/**
 * Encrypts claims exactly as Auth.js does: a compact JWE, `dir` with A256CBC-HS512 (RFC 7516, RFC 7518 5.2.5), the key
 * derived by HKDF-SHA256 from secret and cookie name. Auth.js reads what this writes, and the other way round.
 */
export function encodeToken(claims: object, secret: string, salt: string): string {
  const { macKey, encKey, header } = keyFor(secret, salt);
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", encKey, iv);
  const body = Buffer.concat([cipher.update(JSON.stringify({ jti: randomUUID(), ...claims }), "utf8"), cipher.final()]);
  return `${header}..${iv.toString("base64url")}.${body.toString("base64url")}.${tagOf(macKey, header, iv, body).toString("base64url")}`;
}

/**
 * The payload of a session cookie, or null for anything malformed, tampered, foreign, expired or made for another
 * cookie. Synchronous and without I/O: about 10 microseconds, where the generic decoder takes 300. `secrets` may hold
 * older ones, so that a key can be rotated without signing anybody out.
 */
export function decodeToken(
  token: string,
  secrets: readonly string[],
  salt: string,
  nowSeconds = Date.now() / 1000,
): Record<string, unknown> | null {
  if (token.length > MAX_TOKEN_CHARS) return null;
  const [header, wrappedKey, iv64, body64, tag64, ...rest] = token.split(".");
  if (!header || wrappedKey !== "" || !iv64 || !body64 || !tag64 || rest.length > 0) return null;
  const iv = Buffer.from(iv64, "base64url");
  const body = Buffer.from(body64, "base64url");
  const tag = Buffer.from(tag64, "base64url");
  if (iv.length !== 16 || tag.length !== 32 || body.length === 0 || body.length % 16 !== 0) return null;
  try {
    for (const secret of secrets) {
      const key = keyFor(secret, salt);
      if (header !== key.header && !mayBeOf(header, key)) continue;
      if (!timingSafeEqual(tagOf(key.macKey, header, iv, body), tag)) continue;
      const decipher = createDecipheriv("aes-256-cbc", key.encKey, iv);
      const claims: unknown = JSON.parse(decipher.update(body, undefined, "utf8") + decipher.final("utf8"));
      return isCurrent(claims, nowSeconds) ? claims : null;
    }
  } catch {
    // Only a forged token gets here: every failure means the same as a missing cookie.
  }
  return null;
}

/** Whether a header that is not written as ours says the same: of Auth.js in another order, or without a key's name. */
function mayBeOf(header: string, { kid: own }: Key): boolean {
  const { alg, enc, kid, zip, crit } = JSON.parse(Buffer.from(header, "base64url").toString()) as Record<string, unknown>;
  return alg === "dir" && enc === "A256CBC-HS512" && zip === undefined && crit === undefined && (kid === undefined || kid === own);
}

/** The payload as Foyer's claims, or null when a field is missing or of another type (a token of another application). */
export function asClaims(payload: Record<string, unknown> | null): Claims | null {
  if (!payload) return null;
  const { sub, sid, role, profileComplete, mustChangePassword, epoch, end, iat, exp, name, email, picture = null } = payload;
  if (typeof sub !== "string" || typeof sid !== "string" || typeof email !== "string" || typeof name !== "string") return null;
  if (role !== "MEMBER" && role !== "ADMIN") return null;
  if (typeof profileComplete !== "boolean" || typeof mustChangePassword !== "boolean") return null;
  if (typeof epoch !== "number" || typeof end !== "number" || typeof iat !== "number" || typeof exp !== "number") return null;
  if (picture !== null && typeof picture !== "string") return null;
  // These came after the first release. A cookie from before them is still good: what it lacks is looked up.
  const { emailVerified, secondFactor, deleteAfter, strong, began, startedAs, follows } = payload;
  const isWhole =
    typeof emailVerified === "boolean" && typeof secondFactor === "boolean" && typeof strong === "boolean" && typeof began === "number";
  // One literal: put together of two by spreading, it took as long as the decryption.
  return {
    sub,
    sid,
    role,
    profileComplete,
    mustChangePassword,
    epoch,
    end,
    iat,
    exp,
    name,
    email,
    picture,
    // Believed only where nothing better can be asked, and then only to read.
    emailVerified: emailVerified !== false,
    secondFactor: secondFactor === true,
    deleteAfter: typeof deleteAfter === "string" ? deleteAfter : null,
    strong: strong === true,
    startedAs: startedAs === "MEMBER" || startedAs === "ADMIN" ? startedAs : role,
    began: typeof began === "number" ? began : end - SESSION_SECONDS,
    follows: typeof follows === "string" ? follows : null,
    // A guess stays one, also where it was written again as if it were known.
    whole: isWhole && payload.whole !== false && typeof follows !== "string",
  };
}

/** The id of the session that follows this one in another role: always the same (RFC 9562, version 8), and not to be guessed. */
export function successorSid(sid: string, role: Claims["role"], secret: string): string {
  const bytes = createHmac("sha256", secret).update(`the session that follows ${sid} as ${role}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

interface Key {
  macKey: KeyObject;
  encKey: KeyObject;
  kid: string;
  /** What a token of ours begins with: most are known by it without being parsed. */
  header: string;
}

const keys = new Map<string, Key>();

/** Derived once per secret and cookie name, on first use: there are at most a handful of either. */
function keyFor(secret: string, salt: string): Key {
  const cacheKey = `${salt}\n${secret}`;
  const known = keys.get(cacheKey);
  if (known) return known;
  const bytes = Buffer.from(hkdfSync("sha256", secret, salt, `Auth.js Generated Encryption Key (${salt})`, KEY_BYTES));
  // RFC 7638 thumbprint of the symmetric key: members in this order, no spaces.
  const kid = createHash("sha512")
    .update(`{"k":"${bytes.toString("base64url")}","kty":"oct"}`)
    .digest("base64url");
  const header = Buffer.from(JSON.stringify({ alg: "dir", enc: "A256CBC-HS512", kid })).toString("base64url");
  // Key objects: of bytes each decryption would make one anew, which is a tenth of what it costs.
  const key = { macKey: createSecretKey(bytes.subarray(0, 32)), encKey: createSecretKey(bytes.subarray(32)), kid, header };
  keys.set(cacheKey, key);
  return key;
}

function tagOf(macKey: KeyObject, header: string, iv: Buffer, body: Buffer): Buffer {
  const bits = Buffer.alloc(8);
  bits.writeBigUInt64BE(BigInt(header.length * 8));
  return createHmac("sha512", macKey).update(header, "ascii").update(iv).update(body).update(bits).digest().subarray(0, 32);
}

function isCurrent(claims: unknown, now: number): claims is Record<string, unknown> {
  if (typeof claims !== "object" || claims === null || !("exp" in claims)) return false;
  const notBefore = "nbf" in claims ? claims.nbf : undefined;
  if (notBefore !== undefined && !(typeof notBefore === "number" && notBefore <= now + CLOCK_TOLERANCE_S)) return false;
  return typeof claims.exp === "number" && claims.exp > now - CLOCK_TOLERANCE_S;
}
