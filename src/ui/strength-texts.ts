import { getMessages, getTranslations } from "next-intl/server";
import type { StrengthTexts } from "./new-password-input";

/** bcrypt reads no further: src/lib/passwords.ts refuses more. */
const MOST_BYTES = 72;

/** What a field for a new password says of its strength, in the language of the request. */
export async function strengthTexts(): Promise<StrengthTexts> {
  const [t, field, { errors }] = await Promise.all([getTranslations("strength"), getTranslations("errors.field"), getMessages()]);
  const reasons = Object.entries(errors.field).filter(([key]) => key.startsWith("password_"));
  return {
    label: t("label", { word: "{word}" }),
    words: [t("0"), t("1"), t("2"), t("3"), t("4")],
    reasons: Object.fromEntries(reasons),
    mostBytes: MOST_BYTES,
    tooLong: field("password_long", { max: MOST_BYTES }),
  };
}
