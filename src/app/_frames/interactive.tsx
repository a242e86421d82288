import { type Messages, NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { AbilityProvider } from "@/access/ability-provider";
import type { Entry } from "@/access/entry";
import { packedRules } from "@/access/packed-rules";
import { ProofProvider } from "@/ui/proof";

type InteractiveProps = {
  entry: Entry;
  texts: (keyof Messages)[];
  /** For dialogs whose acts take a recent proof: its form, from `proofFor`. */
  proof?: ReactNode;
  children: ReactNode;
};

/**
 * What the client components of a page need: the texts of their namespaces, and the person's rules for `<Can>`. Only
 * around pages that have such components, so that the others do not carry the code.
 */
export async function Interactive({ entry, texts, proof = null, children }: InteractiveProps) {
  const messages = await getMessages();
  return (
    <NextIntlClientProvider messages={Object.fromEntries(texts.map((name) => [name, messages[name]]))}>
      <AbilityProvider rules={packedRules(entry.ability)}>
        <ProofProvider proof={proof}>{children}</ProofProvider>
      </AbilityProvider>
    </NextIntlClientProvider>
  );
}
