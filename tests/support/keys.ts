import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";

const PUBLIC = { type: "spki", format: "pem" } as const;
const PRIVATE = { type: "pkcs8", format: "pem" } as const;

/**
 * A new pair on P-256, or of RSA with 2048 bits. Not as generateKeyPairSync would give it: its objects share a lock with the
 * job that made them, and when Node 20 collects that job in the middle of an export, it waits for itself for ever.
 */
export function keyPair(kind: "ec" | "rsa"): { publicKey: KeyObject; privateKey: KeyObject } {
  const encodings = { publicKeyEncoding: PUBLIC, privateKeyEncoding: PRIVATE };
  const { publicKey, privateKey } =
    kind === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256", ...encodings })
      : generateKeyPairSync("rsa", { modulusLength: 2048, ...encodings });
  return { publicKey: createPublicKey(publicKey), privateKey: createPrivateKey(privateKey) };
}
