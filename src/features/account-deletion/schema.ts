import { z } from "zod";

export const requestDeletionSchema = z.strictObject({ address: z.string().trim().min(1).max(254) });

const userId = z.uuid().toLowerCase();
/** Of another person, by an admin. */
export const deletePersonSchema = z.strictObject({ userId, address: z.string().trim().min(1).max(254), when: z.enum(["now", "later"]) });
export const keepPersonSchema = z.strictObject({ userId });

export const keepAccountSchema = z.strictObject({});
