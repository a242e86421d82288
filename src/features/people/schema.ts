import { z } from "zod";
import { peopleFilterShape } from "@/access/identity/people-filter";
import { emailSchema } from "@/lib/email";
import { cursorSchema } from "@/lib/keyset";
import { line } from "@/lib/text";

export const SORTS = ["created", "seen", "name", "email"] as const;

/** What the people's table can show beside name and address, in its order. */
export const COLUMNS = ["role", "status", "verified", "factor", "ways", "created", "seen", "id"] as const;
export type Column = (typeof COLUMNS)[number];
export const DEFAULT_COLUMNS: readonly Column[] = ["role", "created", "seen"];
/** Their words in the messages of people. */
export const COLUMN_WORDS = {
  role: "role",
  status: "status",
  verified: "verified",
  factor: "factor",
  ways: "waysIn",
  created: "created",
  seen: "seen",
  id: "id",
} as const satisfies Record<Column, string>;

const ticked = z.literal("on").optional();
export const chooseColumnsSchema = z.strictObject({
  role: ticked,
  status: ticked,
  verified: ticked,
  factor: ticked,
  ways: ticked,
  created: ticked,
  seen: ticked,
  id: ticked,
} satisfies Record<Column, unknown>);

/** The address of the people's table: everything in it can be shared as a link. */
export const peopleQuerySchema = z.strictObject({
  ...peopleFilterShape,
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
