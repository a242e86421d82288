import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { openLink } from "@/access/identity/account-links";
import { revertAddressChange } from "@/features/addresses/actions";
import { ConfirmForm } from "@/features/addresses/confirm-form";
import { AuthFrame } from "../../_frames/auth-frame";
import { DeadLinkFrame } from "../../_frames/dead-link-frame";

type Search = Promise<{ token?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("addresses"))("revertTitle") };
}

export default async function RevertEmailPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  const [t, link] = await Promise.all([getTranslations("addresses"), openLink("REVERT_EMAIL", token)]);
  if (!link) return <DeadLinkFrame lead={t("deadLead")} />;
  return (
    <AuthFrame title={t("revertTitle")} description={t("revertLead", { address: link.address })}>
      <ConfirmForm action={revertAddressChange} token={String(token)} account={link.address} submit={t("revert")} />
    </AuthFrame>
  );
}
