import { z } from "zod";
import { ACTIONS, SUBJECTS } from "@/access/policy";
import { unset } from "@/lib/query-string";
import { line } from "@/lib/text";

/** "May `who` do `action` on `subject`, or on the one with this `id`?" */
export const policyQuerySchema = z.strictObject({
  who: unset.or(line(254)).optional(),
  action: z.enum(ACTIONS).optional(),
  subject: z.enum(SUBJECTS).optional(),
  id: unset.or(line(100)).optional(),
  field: unset.or(z.string().regex(/^[a-zA-Z]{1,40}$/)).optional(),
});
export type PolicyQuery = z.output<typeof policyQuerySchema>;
