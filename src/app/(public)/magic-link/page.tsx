import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { localPath } from "@/access/entry";
import { openLink } from "@/access/identity/account-links";
import { isMagicLinkOffered } from "@/access/identity/sign-in";
import { askMagicLink, signInByLink } from "@/features/recovery/actions";
import { RecoveryForm } from "@/features/recovery/recovery-form";
import { buttonVariants } from "@/ui/button";
import { SoftLink } from "@/ui/soft-link";
import { AuthFrame } from "../../_frames/auth-frame";

type Search = Promise<{ token?: string | string[]; callbackUrl?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return isMagicLinkOffered() ? { title: (await getTranslations("recovery"))("magicTitle") } : {};
}

export default async function MagicLinkPage({ searchParams }: { searchParams: Search }) {
  if (!isMagicLinkOffered()) notFound();
  const { token, callbackUrl } = await searchParams;
  const [t, auth, addresses] = await Promise.all([getTranslations("recovery"), getTranslations("auth"), getTranslations("addresses")]);
  const again = { submit: addresses("resend"), wait: addresses("resendIn", { seconds: "{seconds}" }) };
  if (token === undefined)
    return (
      <AuthFrame
        title={t("magicTitle")}
        description={t("magicLead")}
        footer={
          <SoftLink className="link" href="/login">
            {t("backToSignIn")}
          </SoftLink>
        }
      >
        <RecoveryForm
          action={askMagicLink}
          email={{ label: auth("email"), done: t("magicSent", { address: "{address}" }), again }}
          callbackUrl={localPath(typeof callbackUrl === "string" ? callbackUrl : null)}
          submit={t("forgot")}
        />
      </AuthFrame>
    );
  // Looking changes nothing, because mail scanners look: the button takes the link.
  const link = await openLink("MAGIC_LINK", token);
  if (!link)
    return (
      <AuthFrame title={t("deadTitle")} description={t("deadLead")}>
        <SoftLink className={buttonVariants({ className: "w-full" })} href="/magic-link">
          {t("askAgain")}
        </SoftLink>
      </AuthFrame>
    );
  return (
    <AuthFrame title={t("magicUseTitle")} description={t("magicUseLead", { address: link.address })}>
      <RecoveryForm action={signInByLink} token={String(token)} submit={t("magicUse")} />
    </AuthFrame>
  );
}
