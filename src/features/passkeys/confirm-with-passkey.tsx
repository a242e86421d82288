import { getTranslations } from "next-intl/server";
import { ConfirmPasskeyButton } from "./confirm-passkey-button";

/** A passkey as the proof of who is sitting there. */
export async function ConfirmWithPasskey() {
  const t = await getTranslations("secondFactors");
  const [cancelled, unsupported] = [t("cancelled"), t("unsupported")];
  return <ConfirmPasskeyButton texts={{ button: t("confirmPasskey"), cancelled, known: cancelled, unsupported }} />;
}
