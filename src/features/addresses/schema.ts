import { z } from "zod";
import { emailSchema } from "@/lib/email";

/** 32 bytes in base64url: anything else is no link of ours, which is said as of any other that does not work. */
const token = z.string().max(100);
/** As typed: what it must be like was asked when it was chosen. */
const password = z
  .string()
  .min(1)
  .max(1_000)
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), "characters")
  .optional();

export const resendSchema = z.strictObject({});
/** `password` is missing where this browser is signed in as the link's person. */
export const confirmSchema = z.strictObject({ token, password });
export const linkSchema = z.strictObject({ token });
/** `password` is missing where the person has proven a moment ago who they are. */
export const changeAddressSchema = z.strictObject({ email: emailSchema, password });
