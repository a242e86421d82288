import { z } from "zod";
import { AUDIT_ACTIONS } from "@/access/audit";
import { cursorSchema } from "@/lib/keyset";
import { day, unset } from "@/lib/query-string";
import { line } from "@/lib/text";

/** The filters of the audit log as they stand in an address; `to` counts to the end of its day (UTC). */
export const auditFilterSchema = z.strictObject({
  act: unset.or(z.enum(AUDIT_ACTIONS)).optional(),
  who: unset.or(line(254)).optional(),
  from: unset.or(day).optional(),
  to: unset.or(day).optional(),
});
export const auditQuerySchema = auditFilterSchema.extend({
  cursor: cursorSchema.optional(),
  live: z.literal("1").optional(),
});
export type AuditFilter = z.output<typeof auditFilterSchema>;
export type AuditQuery = z.output<typeof auditQuerySchema>;
