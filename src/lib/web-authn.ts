import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

const NAME = "Foyer";

/** The site as an authenticator knows it (WebAuthn Level 3, 5.4.2): passkeys are bound to `id`, answers to `origin`. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/** A passkey as it is kept. */
export interface StoredPasskey {
  id: string;
  publicKey: Uint8Array;
  counter: bigint;
  transports: string[];
}

/**
 * What the browser is asked to make: a passkey that is found without a user name, and made only by somebody the device
 * recognises (user verification), so that it is two factors in one. No attestation: which device it is concerns nobody.
 */
export async function registrationOptions(
  { id }: RelyingParty,
  person: { id: string; email: string; name: string },
  known: Pick<StoredPasskey, "id" | "transports">[],
) {
  return generateRegistrationOptions({
    rpID: id,
    rpName: NAME,
    userID: userHandle(person.id),
    userName: person.email,
    userDisplayName: person.name,
    attestationType: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: known,
  });
}

/** The new passkey of a browser's answer, or null for an answer to another question, of another site, or without verification. */
export async function verifyRegistration({ id, origin }: RelyingParty, response: RegistrationResponseJSON, challenge: string) {
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
    });
    if (!registrationInfo) return null;
    const { credential, credentialBackedUp: backedUp } = registrationInfo;
    const { transports = [], publicKey, counter } = credential;
    return { id: credential.id, publicKey: Uint8Array.from(publicKey), counter: BigInt(counter), transports, backedUp };
  } catch {
    // The library throws for each way in which an answer can be wrong; to the person they are all the same.
    return null;
  }
}

/** What the browser is asked for: any passkey of this site, with a text of ours as the challenge, or one of `only`, with a random one. */
export async function assertionOptions(
  { id }: RelyingParty,
  by: { challenge: string } | { only: Pick<StoredPasskey, "id" | "transports">[] },
) {
  const asked = "only" in by ? { allowCredentials: by.only } : { challenge: Uint8Array.from(Buffer.from(by.challenge)) };
  return generateAuthenticationOptions({ rpID: id, userVerification: "required", ...asked });
}

/** The challenge an answer says it is for, as it was in the options, and as the text it was made of; null where it cannot be read. */
export function claimedChallenge(response: AuthenticationResponseJSON): { challenge: string; text: string } | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(response.response.clientDataJSON, "base64url").toString()) as Record<string, unknown>;
    return typeof challenge === "string" ? { challenge, text: Buffer.from(challenge, "base64url").toString() } : null;
  } catch {
    return null;
  }
}

/**
 * The passkey's new counter and whether it is backed up, or null when the answer is not this passkey's to this question. A
 * counter that did not grow means a copied authenticator and is refused, except where both are 0: most never count
 * (WebAuthn Level 3, 6.1.1).
 */
export async function verifyAssertion(
  { id, origin }: RelyingParty,
  response: AuthenticationResponseJSON,
  challenge: string,
  passkey: StoredPasskey,
) {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      credential: { id: passkey.id, publicKey: Uint8Array.from(passkey.publicKey), counter: Number(passkey.counter) },
    });
    return verified ? { counter: BigInt(authenticationInfo.newCounter), backedUp: authenticationInfo.credentialBackedUp } : null;
  } catch {
    // As above.
    return null;
  }
}

/** What an authenticator keeps beside a passkey to say whose it is: our id of the person, which says nothing about them. */
function userHandle(userId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(userId.replaceAll("-", ""), "hex"));
}

/** Whether the handle an authenticator gave back is this person's; one that gave none was asked for a passkey by name. */
export function isHandleOf(userId: string, handle: string | undefined): boolean {
  return handle === undefined || Buffer.from(handle, "base64url").equals(userHandle(userId));
}
