import { z } from "zod";

/** Six digits or a recovery code, as typed: more room than either needs, for spaces. */
const code = z
  .string()
  .min(1)
  .max(40)
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), "characters");

export const noInput = z.strictObject({});
export const codeSchema = z.strictObject({ code });
export const twoStepSchema = z.strictObject({ code, callbackUrl: z.string().max(2_000).optional() });
