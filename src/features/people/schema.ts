import { z } from "zod";
import { emailSchema } from "@/lib/email";
import { cursorSchema } from "@/lib/keyset";
import { day, unset } from "@/lib/query-string";
import { line } from "@/lib/text";

export const SORTS = ["created", "seen", "name", "email"] as const;

export const STATUSES = ["ok", "unverified", "incomplete", "banned", "leaving"] as const;

/** The address of the people's table: everything in it can be shared as a link. */
export const peopleQuerySchema = z.strictObject({
  q: line(100).optional(),
  role: unset.or(z.enum(["MEMBER", "ADMIN"])).optional(),
  status: unset.or(z.enum(STATUSES)).optional(),
  factor: unset.or(z.enum(["on", "off"])).optional(),
  /** The id of a provider, or "password". */
  way: unset.or(z.string().regex(/^[a-z0-9-]{1,40}$/)).optional(),
  createdFrom: unset.or(day).optional(),
  createdTo: unset.or(day).optional(),
  seenFrom: unset.or(day).optional(),
  seenTo: unset.or(day).optional(),
  sort: z.enum(SORTS).default("created"),
  dir: z.enum(["asc", "desc"]).optional(),
  cursor: cursorSchema.optional(),
});
export type PeopleQuery = z.output<typeof peopleQuerySchema>;

/** The filters of a query, without search, order and place. */
export function filtersOf({ role, status, factor, way, createdFrom, createdTo, seenFrom, seenTo }: PeopleQuery) {
  return { role, status, factor, way, createdFrom, createdTo, seenFrom, seenTo };
}

export const personIdSchema = z.uuid().toLowerCase();

export const banPersonSchema = z.strictObject({
  userId: z.uuid().toLowerCase(),
  reason: line(300, 1),
  /** A day, which counts to its end (UTC); empty for good. */
  until: z
    .union([z.literal(""), z.iso.date()])
    .optional()
    .transform((day) => (day ? new Date(`${day}T23:59:59.999Z`) : null))
    .refine((date) => date === null || date > new Date(), "past"),
});

export const unbanPersonSchema = z.strictObject({ userId: z.uuid().toLowerCase() });

export const changeRoleSchema = z.strictObject({ userId: z.uuid().toLowerCase(), role: z.enum(["MEMBER", "ADMIN"]) });

export const createPersonSchema = z.strictObject({
  email: emailSchema,
  name: line(100, 2),
  role: z.enum(["MEMBER", "ADMIN"]),
  /** A box that is not ticked is not sent. */
  confirmed: z.literal("on").optional(),
});

export const resetSecondFactorsSchema = z.strictObject({ userId: z.uuid().toLowerCase() });
