import { cookies } from "next/headers";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { offeredWaysIn } from "@/access/identity/sign-in";
import { SubmitButton } from "@/ui/submit-button";
import { continueWith } from "./actions";
import { ProviderIcon } from "./provider-icon";

type ProviderButtonsProps = {
  callbackUrl: string;
  /** The id of the person whose account they connect a provider to; without, they sign in. */
  connects?: string;
  /** Providers left out: those already connected. */
  without?: string[];
  /** Stands above the buttons, where there are any. */
  before?: ReactNode;
};

/** One button for each provider that can be used here; the one used last in this browser says so. Nothing when there is none. */
export async function ProviderButtons({ callbackUrl, connects, without = [], before }: ProviderButtonsProps) {
  const [auth, settings, jar] = await Promise.all([getTranslations("auth"), getTranslations("settings"), cookies()]);
  const offered = offeredWaysIn().filter(({ id, type }) => type !== "credentials" && !without.includes(id));
  const last = jar.get("last-way-in")?.value;
  if (offered.length === 0) return null;
  const buttons = offered.map(({ id, name }) => (
    <form key={id} action={continueWith}>
      <input type="hidden" name="provider" value={id} />
      <input type="hidden" name="callbackUrl" value={callbackUrl} />
      {connects && <input type="hidden" name="connects" value={connects} />}
      <SubmitButton variant="secondary" className="w-full" aria-describedby={id === last && !connects ? `last-${id}` : undefined}>
        <ProviderIcon id={id} />
        {connects ? settings("connect", { name }) : auth("continueWith", { name })}
      </SubmitButton>
      {id === last && !connects && (
        <p id={`last-${id}`} className="mt-1.5 text-center text-muted text-sm">
          {auth("lastUsed")}
        </p>
      )}
    </form>
  ));
  return (
    <>
      {before}
      {buttons}
    </>
  );
}
