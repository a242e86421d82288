import { type Messages, NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { AbilityProvider } from "@/access/ability-provider";
import type { Entry } from "@/access/entry";
import { packedRules } from "@/access/packed-rules";

/**
 * What the client components of a page need: the texts of their namespaces, and the person's rules for `<Can>`. Only
 * around pages that have such components, so that the others do not carry the code.
 */
export async function Interactive({ entry, texts, children }: { entry: Entry; texts: (keyof Messages)[]; children: ReactNode }) {
  const messages = await getMessages();
  return (
    <NextIntlClientProvider messages={Object.fromEntries(texts.map((name) => [name, messages[name]]))}>
      <AbilityProvider rules={packedRules(entry.ability)}>{children}</AbilityProvider>
    </NextIntlClientProvider>
  );
}
