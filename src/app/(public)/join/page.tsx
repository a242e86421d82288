import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { openOrganizationInvitation } from "@/access/identity/organization-invitations";
import { SignOutLink } from "@/features/accounts/sign-out-link";
import { Acceptance, acceptanceLead, readerOf } from "@/features/organizations/acceptance";
import { AuthFrame } from "../../_frames/auth-frame";
import { DeadLinkFrame } from "../../_frames/dead-link-frame";

type Search = Promise<{ token?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("organizations"))("acceptTitle") };
}

export default async function JoinPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  const [t, entry, invitation] = await Promise.all([getTranslations("organizations"), currentEntry(), openOrganizationInvitation(token)]);
  if (!invitation) return <DeadLinkFrame lead={t("deadLead")} />;
  const reader = readerOf(invitation, entry);
  // Whoever it is for finishes their profile first, and comes back.
  if (reader === "owner") await enter("read", "User");
  return (
    <AuthFrame
      title={t("acceptTitle")}
      description={await acceptanceLead(invitation, reader)}
      footer={reader === "other" && entry && <SignOutLink email={entry.actor.email} />}
    >
      <Acceptance token={String(token)} reader={reader} />
    </AuthFrame>
  );
}
