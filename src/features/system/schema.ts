import { z } from "zod";

export const systemQuerySchema = z.strictObject({ live: z.literal("1").optional() });

/** graphile-worker's bigint. */
export const jobIdSchema = z.strictObject({ id: z.string().regex(/^[1-9]\d{0,17}$/) });
export const mailIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const countStorageSchema = z.strictObject({});
