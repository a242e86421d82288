import { getTranslations } from "next-intl/server";
import { askForPasskey } from "@/access/identity/passkeys";
import { PasskeySignInButton } from "./passkey-sign-in-button";

/** The way in by passkey: a button, and quietly among what the browser offers to fill in. */
export async function PasskeySignIn({ callbackUrl }: { callbackUrl: string }) {
  const [t, asked] = await Promise.all([getTranslations("secondFactors"), askForPasskey()]);
  const [cancelled, unsupported] = [t("cancelled"), t("unsupported")];
  const texts = { button: t("passkeySignIn"), cancelled, known: cancelled, unsupported };
  return <PasskeySignInButton asked={asked} callbackUrl={callbackUrl} texts={texts} />;
}
