import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";
import { ConfirmIdentity } from "@/features/accounts/confirm-identity";
import { getWaysIn } from "@/features/accounts/queries";
import { ConfirmWithPasskey } from "@/features/passkeys/confirm-with-passkey";
import { listOwnPasskeys } from "@/features/passkeys/queries";
import { getTwoStep } from "@/features/second-factors/queries";
import { ConfirmWithCode } from "@/features/second-factors/two-step-section";

/** The proof that changes of an account need, by everything this person can show. To be put into <Interactive>. */
export async function ConfirmItIsYou({ entry, hasPassword }: { entry: Entry; hasPassword: boolean }) {
  const [twoStep, passkeys] = await Promise.all([getTwoStep(entry), listOwnPasskeys(entry)]);
  const proofs = [
    ...(twoStep.since ? [<ConfirmWithCode key="code" />] : []),
    ...(passkeys.length > 0 ? [<ConfirmWithPasskey key="passkey" />] : []),
  ];
  // An admin who has yet to show the factor they have proves nothing by a password.
  return (
    <ConfirmIdentity email={entry.actor.email} hasPassword={hasPassword && entry.missingFactor !== "show"}>
      {proofs.length > 0 && proofs}
    </ConfirmIdentity>
  );
}

/** The same, for the dialogs of a page: null while this person has just proven who they are. */
export async function proofFor(entry: Entry): Promise<ReactNode> {
  const { hasPassword, recentlyProven } = await getWaysIn(entry);
  return recentlyProven && entry.missingFactor !== "show" ? null : <ConfirmItIsYou entry={entry} hasPassword={hasPassword} />;
}
