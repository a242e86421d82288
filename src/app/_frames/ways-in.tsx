import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { ConnectedAccounts } from "@/features/accounts/connected-accounts";
import { PasskeysSection } from "@/features/passkeys/passkeys-section";
import { listOwnPasskeys } from "@/features/passkeys/queries";
import { getTwoStep } from "@/features/second-factors/queries";
import { TwoStepSection } from "@/features/second-factors/two-step-section";
import { Alert } from "@/ui/alert";
import { ConfirmItIsYou } from "./confirm-it-is-you";
import { Interactive } from "./interactive";

type WaysInProps = {
  entry: Entry;
  hasPassword: boolean;
  accounts: { provider: string; createdAt: Date }[];
  recentlyProven: boolean;
};

/** Second factor, passkeys and providers: what changes the ways into an account, and before it the proof that it needs. */
export async function WaysIn({ entry, hasPassword, accounts, recentlyProven }: WaysInProps) {
  // Whoever has no profile yet, say: nothing here would be allowed to them.
  if (!entry.ability.can("create", "TotpFactor")) return null;
  const [t, twoStep, passkeys] = await Promise.all([getTranslations("secondFactors"), getTwoStep(entry), listOwnPasskeys(entry)]);
  const missing = entry.missingFactor;
  return (
    <Interactive texts={["secondFactors", "settings", "common"]}>
      {missing && <Alert tone="warning">{missing === "set_up" ? t("mustSetUp") : t("mustShow")}</Alert>}
      {(!recentlyProven || missing === "show") && <ConfirmItIsYou entry={entry} hasPassword={hasPassword} />}
      <TwoStepSection {...twoStep} recentlyProven={recentlyProven} />
      <PasskeysSection passkeys={passkeys} recentlyProven={recentlyProven} />
      <ConnectedAccounts userId={entry.actor.userId} accounts={accounts} recentlyProven={recentlyProven} />
    </Interactive>
  );
}
