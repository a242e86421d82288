import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";
import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import { keyPair } from "./keys";

/** What an answer may lie about. */
interface Lies {
  origin?: string;
  rpId?: string;
  challenge?: string;
  counter?: number;
  /** Whether the device recognised its owner. */
  verified?: boolean;
  userHandle?: string;
}

/** An authenticator in a few lines (WebAuthn Level 3, 6 and 8.7): one ES256 passkey, no attestation, and a lie where a test wants one. */
export function softwareAuthenticator(origin = "http://members.example.org") {
  const id = randomBytes(16);
  const { privateKey, publicKey } = keyPair("ec");
  let handle = "";
  const common = { id: id.toString("base64url"), rawId: id.toString("base64url"), type: "public-key" as const, clientExtensionResults: {} };
  const clientData = (type: string, challenge: string, lies: Lies) =>
    Buffer.from(JSON.stringify({ type, challenge: lies.challenge ?? challenge, origin: lies.origin ?? origin, crossOrigin: false }));
  return {
    id: common.id,
    create({ challenge, rp, user }: PublicKeyCredentialCreationOptionsJSON, lies: Lies = {}) {
      handle = user.id;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const credential = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
      const data = Buffer.concat([authenticatorData(lies.rpId ?? rp.id ?? "", 0x40, lies), credential]);
      // {"fmt": "none", "attStmt": {}, "authData": …} in CBOR.
      const attestation = Buffer.concat([
        hex("a363666d74646e6f6e656761747453746d74a068617574684461746158"),
        Buffer.from([data.length]),
        data,
      ]);
      const response = {
        clientDataJSON: base64url(clientData("webauthn.create", challenge, lies)),
        attestationObject: base64url(attestation),
      };
      return { ...common, response };
    },
    show({ challenge, rpId }: PublicKeyCredentialRequestOptionsJSON, lies: Lies = {}) {
      const data = authenticatorData(lies.rpId ?? rpId ?? "", 0, lies);
      const client = clientData("webauthn.get", challenge, lies);
      const signature = sign("sha256", Buffer.concat([data, createHash("sha256").update(client).digest()]), privateKey);
      const response = { clientDataJSON: base64url(client), authenticatorData: base64url(data), signature: base64url(signature) };
      return { ...common, response: { ...response, userHandle: lies.userHandle ?? handle } };
    },
  };
}

function authenticatorData(rpId: string, flags: number, { counter = 0, verified = true }: Lies): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  return Buffer.concat([createHash("sha256").update(rpId).digest(), Buffer.from([flags | 1 | (verified ? 4 : 0)]), count]);
}

/** {1: 2, 3: -7, -1: 1, -2: x, -3: y}: EC2, ES256, P-256 (RFC 9053). */
function coseKey(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return Buffer.concat([hex("a5010203262001215820"), Buffer.from(x, "base64url"), hex("225820"), Buffer.from(y, "base64url")]);
}

const hex = (text: string) => Buffer.from(text, "hex");
const base64url = (bytes: Buffer) => bytes.toString("base64url");
