import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { openLink } from "@/access/identity/account-links";
import { passwordMinLength } from "@/features/accounts/queries";
import { resetPassword } from "@/features/recovery/actions";
import { RecoveryForm } from "@/features/recovery/recovery-form";
import { buttonVariants } from "@/ui/button";
import { SoftLink } from "@/ui/soft-link";
import { strengthTexts } from "@/ui/strength-texts";
import { AuthFrame } from "../../_frames/auth-frame";

type Search = Promise<{ token?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("recovery"))("resetTitle") };
}

export default async function ResetPasswordPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  const [t, auth, common, link] = await Promise.all([
    getTranslations("recovery"),
    getTranslations("auth"),
    getTranslations("common"),
    openLink("RESET_PASSWORD", token),
  ]);
  if (!link)
    return (
      <AuthFrame title={t("deadTitle")} description={t("deadLead")}>
        <SoftLink className={buttonVariants({ className: "w-full" })} href="/forgot-password">
          {t("askAgain")}
        </SoftLink>
      </AuthFrame>
    );
  const password = {
    label: t("newPassword"),
    hint: auth("passwordHint", { min: passwordMinLength() }),
    show: common("showPassword"),
    hide: common("hidePassword"),
    account: link.address,
    strength: await strengthTexts(),
  };
  return (
    <AuthFrame title={t("resetTitle")} description={t("resetLead", { address: link.address })}>
      <RecoveryForm action={resetPassword} token={String(token)} password={password} submit={t("reset")} />
    </AuthFrame>
  );
}
