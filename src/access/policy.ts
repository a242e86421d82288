import { subject as asSubject } from "@casl/ability";
import { type Action, type AppRule, abilityFor, type Bearer, type SubjectName } from "./rules";

export const ACTIONS = ["create", "read", "update", "delete", "download", "impersonate"] as const satisfies readonly Action[];
/**
 * Who the lines of the table are for: an unfinished member, a member, what an admin may beyond a member, and what is taken from
 * an admin who acts as a member.
 */
export const BEARERS = ["unfinished", "MEMBER", "ADMIN", "impersonated"] as const;

/** One rule as the code has it. */
export interface PolicyLine {
  bearer: (typeof BEARERS)[number];
  allows: boolean;
  actions: string[];
  subjects: SubjectName[];
  /** Which rows; null for all. `own` stands for the id of whoever asks. */
  conditions: Record<string, unknown> | null;
  /** Which columns may be written; null for all that the action is about. */
  fields: string[] | null;
  /** The key of the reason it gives, where it has one of its own. */
  reason: string | null;
}

/** The whole of src/access/rules.ts, asked for with somebody called "own": no table beside the code that could differ from it. */
export function policyLines(): PolicyLine[] {
  const whole = { userId: "own", profileComplete: true, mustChangePassword: false, emailVerified: true } as const;
  const member = abilityFor({ ...whole, role: "MEMBER" }).rules;
  const admin = abilityFor({ ...whole, role: "ADMIN", mayImpersonateWrite: true }).rules;
  const impersonated = abilityFor({ ...whole, role: "MEMBER", impersonated: "read" }).rules;
  const unfinished = abilityFor({ ...whole, role: "MEMBER", profileComplete: false }).rules;
  return [
    ...unfinished.map((rule) => lineOf("unfinished", rule)),
    ...member.map((rule) => lineOf("MEMBER", rule)),
    // An admin's rules are a member's and these.
    ...admin.slice(member.length).map((rule) => lineOf("ADMIN", rule)),
    ...impersonated.slice(member.length).map((rule) => lineOf("impersonated", rule)),
  ];
}

/** Everything a rule speaks about. */
export const SUBJECTS = [...new Set(policyLines().flatMap(({ subjects }) => subjects))];

/** Whether the bearer may do this, to this row or, without one, to any; and the line that decides, null when none speaks of it. */
export function explain(
  bearer: Bearer,
  action: Action,
  name: SubjectName,
  row: Record<string, unknown> | null,
  field?: string,
): { allowed: boolean; isWhole: boolean; line: PolicyLine | null } {
  const ability = abilityFor(bearer);
  // The rows of a subject have the columns its rules look at, and `row` was read with these; TypeScript cannot follow the name.
  const what = row && name !== "Dashboard" && name !== "Credentials" ? asSubject(name, row as never) : name;
  const rule = ability.relevantRuleFor(action, what as never, field);
  const isWhole = bearer.profileComplete && bearer.emailVerified && !bearer.mustChangePassword;
  const line = rule ? lineOf(isWhole ? bearer.role : "unfinished", rule.origin as AppRule) : null;
  return { allowed: ability.can(action, what as never, field), isWhole, line };
}

function lineOf(bearer: PolicyLine["bearer"], { inverted = false, action, subject, conditions, fields, reason }: AppRule): PolicyLine {
  return {
    bearer,
    allows: !inverted,
    actions: [action].flat(),
    // A rule of ours names its subjects; CASL would take a class as well.
    subjects: [subject].flat() as SubjectName[],
    conditions: (conditions as Record<string, unknown> | undefined) ?? null,
    fields: fields ? [fields].flat() : null,
    reason: reason ?? null,
  };
}
