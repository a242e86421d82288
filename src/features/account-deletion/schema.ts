import { z } from "zod";

export const DELETION_DAYS = 14;

export const requestDeletionSchema = z.strictObject({ address: z.string().trim().max(254) });
export const keepAccountSchema = z.strictObject({});
