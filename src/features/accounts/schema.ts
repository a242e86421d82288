import { z } from "zod";
import { emailSchema } from "@/lib/email";

/** More than anybody types and less than what would cost us: longer ones are refused before they are hashed. */
const password = z
  .string()
  .min(1)
  .max(1_000)
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), "characters");
const callbackUrl = z.string().max(2_000).optional();

export const signInSchema = z.strictObject({ email: emailSchema, password, callbackUrl });
export const registerSchema = z.strictObject({ email: emailSchema, password, callbackUrl });
const provider = z
  .string()
  .max(50)
  .regex(/^[\w-]+$/);
/** `connects` is whom a button to connect was shown to; one to sign in has none. */
export const providerSchema = z.strictObject({ provider, callbackUrl, connects: z.uuid().optional() });
export const disconnectAccountSchema = z.strictObject({ provider });
export const signOutSchema = z.strictObject({});
export const confirmPasswordSchema = z.strictObject({ password });
/** `current` is missing only where there is no password yet. */
export const changePasswordSchema = z.strictObject({ current: password.optional(), password });
/** What a registration keeps until the worker comes to it. */
export const registrationSchema = z.strictObject({ passwordHash: z.string(), path: z.string() });
