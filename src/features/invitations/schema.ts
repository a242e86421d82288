import { z } from "zod";
import { emailSchema } from "@/lib/email";
import { cursorSchema } from "@/lib/keyset";
import { unset } from "@/lib/query-string";
import { line } from "@/lib/text";

export const STATES = ["pending", "accepted", "revoked", "expired", "void"] as const;
export type InvitationState = (typeof STATES)[number];

/** The address of the table: everything in it can be shared as a link. */
export const invitationsQuerySchema = z.strictObject({
  q: line(254).optional(),
  state: unset.or(z.enum(STATES)).optional(),
  cursor: cursorSchema.optional(),
});
export type InvitationsQuery = z.output<typeof invitationsQuerySchema>;

export const inviteSchema = z.strictObject({ email: emailSchema, role: z.enum(["MEMBER", "ADMIN"]) });
export const invitationIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });

/** 32 bytes in base64url: anything else is no link of ours, which is said as of any other that does not work. */
const token = z.string().max(100);

export const acceptInvitationSchema = z.strictObject({
  token,
  name: line(100, 2),
  password: z
    .string()
    .min(1)
    .max(1_000)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), "characters"),
});
export const joinSchema = z.strictObject({ token });
