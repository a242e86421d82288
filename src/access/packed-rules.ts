import { packRules } from "@casl/ability/extra";
import type { AppAbility } from "./rules";

/** A person's rules, small enough to travel with a page. Their conditions reach the browser, so they hold no secrets. */
export function packedRules(ability: AppAbility) {
  return packRules(ability.rules);
}

export type PackedRules = ReturnType<typeof packedRules>;
