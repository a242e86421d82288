import { z } from "zod";
import { line } from "@/lib/text";

const id = z
  .string()
  .min(1)
  .max(1_400)
  .regex(/^[\w-]+$/);
const bytes = z
  .string()
  .max(100_000)
  .regex(/^[\w-]*$/);
const name = line(60, 1);
/** What a browser may add about its side; nothing of it is believed. */
const common = {
  id,
  rawId: id,
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).optional(),
  clientExtensionResults: z.custom<object>((value) => typeof value === "object" && value !== null).transform(() => ({})),
};

/** A browser's answer as JSON (WebAuthn Level 3, 5.1.7). */
const registration = z.strictObject({
  ...common,
  response: z.strictObject({
    clientDataJSON: bytes,
    attestationObject: bytes,
    authenticatorData: bytes.optional(),
    transports: z.array(z.string().max(20)).max(10).optional(),
    publicKeyAlgorithm: z.number().int().optional(),
    publicKey: bytes.optional(),
  }),
});
const assertion = z.strictObject({
  ...common,
  response: z.strictObject({ clientDataJSON: bytes, authenticatorData: bytes, signature: bytes, userHandle: bytes.optional() }),
});

export const noInput = z.strictObject({});
export const newPasskeySchema = z.strictObject({ name });
export const addPasskeySchema = z.strictObject({ name, response: registration });
export const renamePasskeySchema = z.strictObject({ id, name });
export const removePasskeySchema = z.strictObject({ id });
export const confirmSchema = z.strictObject({ response: assertion });
export const signInSchema = z.strictObject({ response: assertion, callbackUrl: z.string().max(2_000).optional() });
