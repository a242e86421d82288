import { dayText } from "@/lib/query-string";
import type { AuditFilter } from "./schema";

/** The address of the audit log, or of its CSV, with these filters. */
export function auditAddress(path: "/admin/audit" | "/api/audit", filter: AuditFilter, more: { cursor?: string; live?: "1" } = {}): string {
  const { act, who, from, to } = filter;
  const all = { act, who, from: dayText(from), to: dayText(to), ...more };
  const query = new URLSearchParams(Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1])));
  return query.size > 0 ? `${path}?${query}` : path;
}
