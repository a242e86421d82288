import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Section } from "@/ui/section";
import { confirmPassword } from "./actions";
import { PasswordForm } from "./password-form";

type ConfirmIdentityProps = {
  email: string;
  hasPassword: boolean;
  /** Other proofs this person can give: a code, a passkey. */
  children?: ReactNode;
};

/** Asks who is sitting there, by whatever this person has to show; for ten minutes the ways in may then be changed. */
export async function ConfirmIdentity({ email, hasPassword, children }: ConfirmIdentityProps) {
  const [t, settings, common] = await Promise.all([
    getTranslations("secondFactors"),
    getTranslations("settings"),
    getTranslations("common"),
  ]);
  const nothing = !hasPassword && !children;
  return (
    <Section title={t("confirmTitle")} description={nothing ? t("signInAgain") : t("confirmLead")}>
      {!nothing && (
        <div className="grid gap-5 rounded-lg border p-4">
          {hasPassword && (
            <PasswordForm
              action={confirmPassword}
              email={email}
              variant="secondary"
              fields={[{ name: "password", label: settings("current"), autoComplete: "current-password" }]}
              texts={{
                submit: settings("confirm"),
                done: settings("confirmed"),
                show: common("showPassword"),
                hide: common("hidePassword"),
              }}
            />
          )}
          {children}
        </div>
      )}
    </Section>
  );
}
