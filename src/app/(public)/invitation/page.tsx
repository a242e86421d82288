import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { currentEntry } from "@/access/entry";
import { openInvitation } from "@/access/identity/invitations";
import { ProviderButtons } from "@/features/accounts/provider-buttons";
import { passwordMinLength } from "@/features/accounts/queries";
import { SignOutLink } from "@/features/accounts/sign-out-link";
import { Acceptance, acceptanceLead, readerOf } from "@/features/invitations/acceptance";
import { Divider } from "@/ui/divider";
import { AuthFrame } from "../../_frames/auth-frame";
import { DeadLinkFrame } from "../../_frames/dead-link-frame";

type Search = Promise<{ token?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("invitations"))("acceptTitle") };
}

export default async function InvitationPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  const [t, entry, invitation] = await Promise.all([getTranslations("invitations"), currentEntry(), openInvitation(token)]);
  if (!invitation) return <DeadLinkFrame lead={t("deadLead")} />;
  const reader = readerOf(invitation, entry);
  return (
    <AuthFrame
      title={t("acceptTitle")}
      description={await acceptanceLead(invitation, reader)}
      footer={reader === "other" && entry && <SignOutLink email={entry.actor.email} />}
    >
      <div className="grid gap-5">
        <Acceptance token={String(token)} email={invitation.email} reader={reader} minLength={passwordMinLength()} />
        {reader === "new" && !invitation.owner && <ProviderButtons callbackUrl="/members" before={<Divider>{t("orProvider")}</Divider>} />}
      </div>
    </AuthFrame>
  );
}
