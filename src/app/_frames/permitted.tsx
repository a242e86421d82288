import type { ComponentProps, ReactNode } from "react";
import { AbilityProvider } from "@/access/ability-provider";
import type { Entry } from "@/access/entry";
import { packedRules } from "@/access/packed-rules";
import { ProofProvider } from "@/ui/proof";
import { Interactive } from "./interactive";

type PermittedProps = ComponentProps<typeof Interactive> & {
  entry: Entry;
  /** For dialogs whose acts take a recent proof: its form, from `proofFor`. */
  proof?: ReactNode;
};

/** <Interactive> for components that ask what this person may do: with their rules for `<Can>`, and the proof that some acts take. */
export function Permitted({ entry, proof = null, children, ...texts }: PermittedProps) {
  return (
    <Interactive {...texts}>
      <AbilityProvider rules={packedRules(entry.ability)}>
        <ProofProvider proof={proof}>{children}</ProofProvider>
      </AbilityProvider>
    </Interactive>
  );
}
