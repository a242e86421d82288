import type { getTranslations } from "next-intl/server";
import { AUDIT_ACTIONS, type AuditAction } from "@/access/audit";
import { actKey } from "./act-key";

type Texts = Awaited<ReturnType<typeof getTranslations<"audit">>>;

const KNOWN = new Set<string>(AUDIT_ACTIONS);

/** What was done, in words: those of the act, or those of the kind of it that the row tells apart. */
export function wordsOf({ action, after }: { action: string; after: unknown }, t: Texts): string {
  const told: object = typeof after === "object" && after !== null ? after : {};
  if (action === "content.read_by_admin" && "type" in told && told.type === "File") return t("openedFile");
  // An act of another release has no words here: its name is better than nothing.
  return KNOWN.has(action) ? t(`acts.${actKey(action as AuditAction)}`) : action;
}
