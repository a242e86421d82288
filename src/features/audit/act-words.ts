import type { getTranslations } from "next-intl/server";
import { AUDIT_ACTIONS, type AuditAction } from "@/access/audit";
import { actKey } from "./act-key";
import { noted } from "./noted";

const KNOWN = new Set<string>(AUDIT_ACTIONS);
const ROLES = ["MEMBER", "ADMIN", "OWNER"] as const;

type Texts = Awaited<ReturnType<typeof getTranslations<"audit">>>;

interface Told {
  action: string;
  subjectId: string | null;
  after: unknown;
}

/** What was done, in words: those of the act, or those of the kind of it that the row tells apart. `you` is whoever is spoken to. */
export function wordsOf({ action, subjectId, after }: Told, t: Texts, you?: string): string {
  if (action === "content.read_by_admin") {
    const isFile = noted(after, "type") === "File";
    if (subjectId === you) return t(isFile ? "openedYourFile" : "readYourText");
    return t(isFile ? "openedFile" : "readText");
  }
  // After a change of role or of a way in: nobody came who was not there.
  if (action === "user.signed_in" && noted(after, "renewed") === true) return t("wentOn");
  // An act of another release has no words here: its name is better than nothing.
  return KNOWN.has(action) ? t(`acts.${actKey(action as AuditAction)}`) : action;
}

/** Of a change of somebody's role: which they have now. */
export function roleOf({ action, after }: Pick<Told, "action" | "after">, t: Texts): string | null {
  if (action !== "user.role_changed" && action !== "organization.role_changed") return null;
  const now = noted(after, "role");
  const role = ROLES.find((one) => one === now);
  return role ? t("newRole", { role }) : null;
}
