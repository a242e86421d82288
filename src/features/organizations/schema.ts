import { z } from "zod";
import { emailSchema } from "@/lib/email";
import { cursorSchema } from "@/lib/keyset";
import { line } from "@/lib/text";
import { ROLES } from "./limits";

/** People in one organisation; all of them are shown on one page. */
export const MAX_MEMBERS = 200;
/** Invitations of one organisation that wait. */
export const MAX_INVITATIONS = 100;
/** Organisations one person may belong to. */
export const MAX_MEMBERSHIPS = 50;
/** Invitations one person may send within a day, to all their organisations together. */
export const DAILY_INVITATIONS = 50;

const id = z.uuid().toLowerCase();
const name = line(100, 2);

export const createOrganizationSchema = z.strictObject({ name });
export const renameOrganizationSchema = z.strictObject({ id, name });
/** Its name is typed, so that none is deleted by a slip of the hand. */
export const deleteOrganizationSchema = z.strictObject({ id, name: z.string().trim().min(1).max(400) });
export const organizationIdSchema = z.strictObject({ id });
/** Empty: one's own things alone. */
export const switchOrganizationSchema = z.strictObject({ id: z.literal("").or(id) });

/** Owners are made of members, not of strangers. */
export const inviteToOrganizationSchema = z.strictObject({ organizationId: id, email: emailSchema, role: z.enum(["ADMIN", "MEMBER"]) });
/** By the link of the mail, or by one's own address. */
export const joinOrganizationSchema = z.union([z.strictObject({ token: z.string().max(100) }), z.strictObject({ id })]);

export const memberSchema = z.strictObject({ organizationId: id, userId: id });
export const changeMemberRoleSchema = z.strictObject({ organizationId: id, userId: id, role: z.enum(ROLES) });

/** The address of the admins' table. */
export const organizationsQuerySchema = z.strictObject({ q: line(100).optional(), cursor: cursorSchema.optional() });
export type OrganizationsQuery = z.output<typeof organizationsQuerySchema>;
