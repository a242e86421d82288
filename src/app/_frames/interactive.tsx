import { type Messages, NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";

type InteractiveProps = { texts: (keyof Messages)[]; children: ReactNode };

/**
 * What the client components of a page need: the texts of their namespaces. Only around pages that have such components, so that
 * the others do not carry the code. Where they ask `<Can>` or for a proof, it is <Permitted>.
 */
export async function Interactive({ texts, children }: InteractiveProps) {
  const messages = await getMessages();
  return (
    <NextIntlClientProvider messages={Object.fromEntries(texts.map((name) => [name, messages[name]]))}>{children}</NextIntlClientProvider>
  );
}
