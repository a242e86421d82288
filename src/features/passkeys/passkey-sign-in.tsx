import { getTranslations } from "next-intl/server";
import { PasskeySignInButton } from "./passkey-sign-in-button";

/** The way in by passkey: a button, and quietly among what the browser offers to fill in. */
export async function PasskeySignIn({ callbackUrl }: { callbackUrl: string }) {
  const t = await getTranslations("secondFactors");
  const [cancelled, unsupported] = [t("cancelled"), t("unsupported")];
  return <PasskeySignInButton callbackUrl={callbackUrl} texts={{ button: t("passkeySignIn"), cancelled, known: cancelled, unsupported }} />;
}
