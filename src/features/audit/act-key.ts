import type { AuditAction } from "@/access/audit";

type Underscored<Text extends string> = Text extends `${infer Head}.${infer Tail}` ? `${Head}_${Tail}` : Text;

/** The key of an act's words: a dot would open another level of the messages. */
export function actKey<Act extends AuditAction>(action: Act): Underscored<Act> {
  // TypeScript does not follow replace() into the type; there is one dot in each.
  return action.replace(".", "_") as Underscored<Act>;
}
