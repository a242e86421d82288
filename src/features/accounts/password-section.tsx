import { getTranslations } from "next-intl/server";
import { Section } from "@/ui/section";
import { strengthTexts } from "@/ui/strength-texts";
import { changePassword } from "./actions";
import { PasswordForm } from "./password-form";
import { passwordMinLength } from "./queries";

/** Change of password; for people who came by a provider, their first one. */
export async function PasswordSection({ email, hasPassword }: { email: string; hasPassword: boolean }) {
  const [t, auth, common] = await Promise.all([getTranslations("settings"), getTranslations("auth"), getTranslations("common")]);
  const current = { name: "current", label: t("current"), autoComplete: "current-password" } as const;
  const next = {
    name: "password",
    label: t("new"),
    hint: auth("passwordHint", { min: passwordMinLength() }),
    autoComplete: "new-password",
  } as const;
  return (
    <Section title={t("passwordTitle")} description={hasPassword ? t("passwordLead") : t("setPasswordLead")}>
      <PasswordForm
        action={changePassword}
        email={email}
        strength={await strengthTexts()}
        fields={hasPassword ? [current, next] : [next]}
        texts={{
          submit: hasPassword ? t("change") : t("set"),
          done: t("changed"),
          show: common("showPassword"),
          hide: common("hidePassword"),
        }}
      />
    </Section>
  );
}
