import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { line } from "@/lib/text";

export const SORTS = ["created", "seen", "name", "email"] as const;

/** The address of the people's table: everything in it can be shared as a link. */
export const peopleQuerySchema = z.strictObject({
  q: line(100).optional(),
  sort: z.enum(SORTS).default("created"),
  dir: z.enum(["asc", "desc"]).optional(),
  cursor: cursorSchema.optional(),
});
export type PeopleQuery = z.output<typeof peopleQuerySchema>;

export const changeRoleSchema = z.strictObject({ userId: z.uuid(), role: z.enum(["MEMBER", "ADMIN"]) });
