import { getMessages, getTranslations } from "next-intl/server";
import type { StrengthTexts } from "./new-password-input";

/** What a field for a new password says of its strength, in the language of the request. */
export async function strengthTexts(): Promise<StrengthTexts> {
  const [t, { errors }] = await Promise.all([getTranslations("strength"), getMessages()]);
  const reasons = Object.entries(errors.field).filter(([key]) => key.startsWith("password_"));
  return { label: t("label", { word: "{word}" }), words: [t("0"), t("1"), t("2"), t("3"), t("4")], reasons: Object.fromEntries(reasons) };
}
