import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { isSignedInAs, openLink } from "@/access/identity/account-links";
import { ConfirmLink } from "@/features/addresses/confirm-link";
import { AuthFrame } from "../../_frames/auth-frame";
import { DeadLinkFrame } from "../../_frames/dead-link-frame";

type Search = Promise<{ token?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("addresses"))("changeTitle") };
}

export default async function ChangeEmailPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  const [t, link] = await Promise.all([getTranslations("addresses"), openLink("CHANGE_EMAIL", token)]);
  if (!link) return <DeadLinkFrame lead={t("deadLead")} />;
  return (
    <AuthFrame title={t("changeTitle")} description={t("changeLead", { address: link.address })}>
      <ConfirmLink kind="change" token={String(token)} link={link} isOwner={await isSignedInAs(link.userId)} />
    </AuthFrame>
  );
}
