import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { currentVisitor } from "@/access/entry";
import { MailboxHint } from "@/features/mail/mailbox-view";
import { forgotPassword } from "@/features/recovery/actions";
import { RecoveryForm } from "@/features/recovery/recovery-form";
import { SoftLink } from "@/ui/soft-link";
import { AuthFrame } from "../../_frames/auth-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("recovery"))("forgotTitle") };
}

export default async function ForgotPasswordPage() {
  const [t, auth, addresses, visitor] = await Promise.all([
    getTranslations("recovery"),
    getTranslations("auth"),
    getTranslations("addresses"),
    currentVisitor(),
  ]);
  const again = { submit: addresses("resend"), wait: addresses("resendIn", { seconds: "{seconds}" }) };
  return (
    <AuthFrame
      title={t("forgotTitle")}
      description={t("forgotLead")}
      footer={
        <SoftLink className="link" href="/login">
          {t("backToSignIn")}
        </SoftLink>
      }
    >
      <div className="grid gap-7">
        <RecoveryForm
          action={forgotPassword}
          email={{ label: auth("email"), done: t("forgotSent", { address: "{address}" }), again }}
          submit={t("forgot")}
        />
        <MailboxHint visitor={visitor} />
      </div>
    </AuthFrame>
  );
}
