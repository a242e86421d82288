import { z } from "zod";
import { emailSchema } from "@/lib/email";

const token = z.string().max(100);

export const forgotPasswordSchema = z.strictObject({ email: emailSchema });
export const resetPasswordSchema = z.strictObject({
  token,
  password: z
    .string()
    .min(1)
    .max(1_000)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), "characters"),
});
export const disownSessionSchema = z.strictObject({ token });
export const askMagicLinkSchema = z.strictObject({ email: emailSchema, callbackUrl: z.string().max(2_000).optional() });
export const signInByLinkSchema = z.strictObject({ token });
