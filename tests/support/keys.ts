import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";

const publicKeyEncoding = { type: "spki", format: "pem" } as const;
const privateKeyEncoding = { type: "pkcs8", format: "pem" } as const;

/**
 * A new pair on P-256, or of RSA with 2048 bits. Not as generateKeyPairSync would give it: its objects share a lock with the
 * job that made them, and when Node 20 collects that job in the middle of an export, it waits for itself for ever.
 */
export function keyPair(kind: "ec" | "rsa"): { publicKey: KeyObject; privateKey: KeyObject } {
  const made =
    kind === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding, privateKeyEncoding })
      : generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding });
  return { publicKey: createPublicKey(made.publicKey), privateKey: createPrivateKey(made.privateKey) };
}
