import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { ConfirmIdentity } from "@/features/accounts/confirm-identity";
import { ConnectedAccounts } from "@/features/accounts/connected-accounts";
import { ConfirmWithPasskey } from "@/features/passkeys/confirm-with-passkey";
import { PasskeysSection } from "@/features/passkeys/passkeys-section";
import { listOwnPasskeys } from "@/features/passkeys/queries";
import { getTwoStep } from "@/features/second-factors/queries";
import { ConfirmWithCode, TwoStepSection } from "@/features/second-factors/two-step-section";
import { Alert } from "@/ui/alert";
import { Interactive } from "./interactive";

type WaysInProps = {
  entry: Entry;
  hasPassword: boolean;
  accounts: { provider: string; createdAt: Date }[];
  recentlyProven: boolean;
};

/** Second factor, passkeys and providers: what changes the ways into an account, and before it the proof that it needs. */
export async function WaysIn({ entry, hasPassword, accounts, recentlyProven }: WaysInProps) {
  if (!entry.ability.can("create", "TotpFactor")) return <ConnectedAccounts accounts={accounts} recentlyProven={recentlyProven} />;
  const [t, twoStep, passkeys] = await Promise.all([getTranslations("secondFactors"), getTwoStep(entry), listOwnPasskeys(entry)]);
  const missing = entry.missingFactor;
  const proofs = [
    ...(twoStep.since ? [<ConfirmWithCode key="code" />] : []),
    ...(passkeys.length > 0 ? [<ConfirmWithPasskey key="passkey" />] : []),
  ];
  return (
    <Interactive entry={entry} texts={["secondFactors", "common"]}>
      {missing && <Alert tone="warning">{missing === "set_up" ? t("mustSetUp") : t("mustShow")}</Alert>}
      {(!recentlyProven || missing === "show") && (
        <ConfirmIdentity email={entry.actor.email} hasPassword={hasPassword && missing !== "show"}>
          {proofs.length > 0 && proofs}
        </ConfirmIdentity>
      )}
      <TwoStepSection {...twoStep} recentlyProven={recentlyProven} />
      <PasskeysSection passkeys={passkeys} recentlyProven={recentlyProven} />
      <ConnectedAccounts accounts={accounts} recentlyProven={recentlyProven} />
    </Interactive>
  );
}
