import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { UserError } from "./terminal.mjs";

const SEED_BYTES = 32;
/** What stands before the seed of an Ed25519 key in PKCS #8 (RFC 8410, 7). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

/** Public keys that may have signed, by their id. */
export type Keys = Map<string, KeyObject>;

/** What an archive promises, and what is signed of it. */
export interface Statement {
  firstSeq: number;
  lastSeq: number;
  beforeHash: Buffer;
  endHash: Buffer;
  sha256: string;
}

export interface SigningKey {
  keyId: string;
  /** base64url: what a stranger needs to check a signature. */
  publicKey: string;
  sign(statement: string): string;
}

/** The key that signs archives, derived from AUTH_SECRET (docs/decisions/0014-audit-archives.md says why). */
export function signingKey(secret: string): SigningKey {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "Foyer audit archive: Ed25519 seed", SEED_BYTES));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const publicKey = String(createPublicKey(key).export({ format: "jwk" }).x);
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (statement) => sign(null, Buffer.from(statement), key).toString("base64url"),
  };
}

/** The text an archive's signature is over, a fact a line. */
export function archiveStatement({ firstSeq, lastSeq, beforeHash, endHash, sha256 }: Statement): string {
  const lines = [
    `rows ${firstSeq} to ${lastSeq}`,
    `from ${beforeHash.toString("hex")}`,
    `to ${endHash.toString("hex")}`,
    `sha256 ${sha256}`,
  ];
  return ["Foyer audit archive 1", ...lines, ""].join("\n");
}

export function isSigned(statement: string, keyId: string, signature: string, keys: Keys): boolean {
  const key = keys.get(keyId);
  return key !== undefined && verify(null, Buffer.from(statement), key, Buffer.from(signature, "base64url"));
}

/**
 * Those that may have signed: of the secrets in use, those named, and those remembered at `path` from secrets that were replaced.
 * What is new is remembered there.
 */
export function knownKeys(path: string, secrets: string[], named: string[] = []): Keys {
  for (const key of named)
    if (!PUBLIC_KEY.test(key)) throw new UserError(`${key} is no public key: 43 characters, as audit:archive printed them.`);
  const remembered = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
  const bad = remembered.find((key) => !PUBLIC_KEY.test(key));
  if (bad !== undefined) throw new UserError(`${path} cannot be read: it holds the public keys of the audit log's archives, one a line.`);
  const own = secrets.map((secret) => signingKey(secret).publicKey);
  const kept = [...new Set([...remembered, ...own])];
  if (kept.length > remembered.length) {
    writeFileSync(`${path}.new`, `${kept.join("\n")}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return publicKeys([...kept, ...named]);
}

export function publicKeys(keys: string[]): Keys {
  return new Map(keys.map((x) => [keyIdOf(x), createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })]));
}

/** Sixteen hexadecimal digits. */
export function keyIdOf(publicKey: string): string {
  return createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("hex").slice(0, 16);
}
