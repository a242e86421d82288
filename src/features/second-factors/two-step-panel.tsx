"use client";

import { useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { toast } from "@/ui/toast";
import { confirmTotp, newRecoveryCodes, removeTotp } from "./actions";
import { RecoveryCodes } from "./recovery-codes";
import { TotpSetup } from "./totp-setup";

type TwoStepPanelProps = {
  /** "On since …" and how many codes are left; null while it is off. */
  state: string | null;
  /** Whether the person may change it now. */
  open: boolean;
};

/** Two-step sign-in, on or off: one component for both, because the codes are shown while one becomes the other. */
export function TwoStepPanel({ state, open }: TwoStepPanelProps) {
  const t = useTranslations("secondFactors");
  const [confirmed, confirm] = useActionState(confirmTotp, null);
  const [dropped, setDropped] = useState<typeof confirmed>(null);
  const [renewed, setRenewed] = useState<string[]>();
  const [kept, setKept] = useState<string[]>();
  const first = confirmed?.ok ? confirmed.data.recoveryCodes : undefined;
  const codes = renewed ?? first;
  const renew = async () => {
    const result = await newRecoveryCodes({});
    if (result.ok) setRenewed(result.data.recoveryCodes);
    return result;
  };
  const turnOff = async () => {
    const result = await removeTotp({});
    if (result.ok) {
      // Turned on again, it brings codes of its own.
      setRenewed(undefined);
      setKept(first);
      toast.success(t("turnedOff"));
    }
    return result;
  };
  return (
    <div className="grid gap-4">
      {state && <p className="text-body">{state}</p>}
      {codes && state && codes !== kept && <RecoveryCodes key={codes[0]} codes={codes} onKept={() => setKept(codes)} />}
      {!open && <p className="text-body text-muted">{t("confirmFirst")}</p>}
      {open && !state && (
        <TotpSetup confirm={confirm} result={confirmed === dropped ? null : confirmed} onCancel={() => setDropped(confirmed)} />
      )}
      {open && state && (
        <div className="flex flex-wrap gap-2 max-sm:grid">
          <ConfirmedButton label={t("renew")} title={t("renewTitle")} body={t("renewBody")} onConfirm={renew} />
          <ConfirmedButton danger label={t("turnOff")} title={t("turnOffTitle")} body={t("turnOffBody")} onConfirm={turnOff} />
        </div>
      )}
    </div>
  );
}
