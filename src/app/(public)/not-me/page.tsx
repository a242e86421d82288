import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { openLink } from "@/access/identity/account-links";
import { disownSession } from "@/features/recovery/actions";
import { RecoveryForm } from "@/features/recovery/recovery-form";
import { buttonVariants } from "@/ui/button";
import { SoftLink } from "@/ui/soft-link";
import { AuthFrame } from "../../_frames/auth-frame";

type Search = Promise<{ token?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("recovery"))("notMeTitle") };
}

export default async function NotMePage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  const [t, link] = await Promise.all([getTranslations("recovery"), openLink("END_SESSION", token)]);
  if (!link)
    return (
      <AuthFrame title={t("deadTitle")} description={t("deadLead")}>
        <SoftLink className={buttonVariants({ className: "w-full" })} href="/forgot-password">
          {t("resetTitle")}
        </SoftLink>
      </AuthFrame>
    );
  return (
    <AuthFrame title={t("notMeTitle")} description={t("notMeLead", { address: link.address })}>
      <RecoveryForm action={disownSession} token={String(token)} submit={t("notMe")} />
    </AuthFrame>
  );
}
