"use client";

import { unpackRules } from "@casl/ability/extra";
import { createPrismaAbility } from "@casl/prisma/runtime";
import { AbilityProvider as Provider } from "@casl/react";
import { type ReactNode, useMemo } from "react";
import type { PackedRules } from "./packed-rules";
import type { AppAbility, AppRule } from "./rules";

/**
 * Gives `<Can>` the person's rules. It hides what cannot be done, which is a courtesy: the door decides.
 */
export function AbilityProvider({ rules, children }: { rules: PackedRules; children: ReactNode }) {
  const ability = useMemo(() => createPrismaAbility<AppAbility>(unpackRules<AppRule>(rules)), [rules]);
  return <Provider value={ability}>{children}</Provider>;
}

export { Can } from "@casl/react";
