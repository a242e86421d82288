import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { InvitationList } from "@/features/invitations/invitation-list";
import { InvitationSearch } from "@/features/invitations/invitation-search";
import { InviteDialog } from "@/features/invitations/invite-dialog";
import { invitationsQuerySchema } from "@/features/invitations/schema";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { proofFor } from "../../_frames/confirm-it-is-you";
import { MembersFrame } from "../../_frames/members-frame";
import { Permitted } from "../../_frames/permitted";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("invitations"))("title") };
}

export default async function InvitationsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Invitation");
  // A damaged link shows everything rather than an error.
  const query = invitationsQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, common] = await Promise.all([getTranslations("invitations"), getTranslations("common")]);
  return (
    <MembersFrame entry={entry}>
      <Permitted entry={entry} texts={["invitations", "secondFactors", "common"]} proof={await proofFor(entry)}>
        <PageHeader title={t("title")} description={t("lead")} action={<InviteDialog />} />
        <InvitationSearch query={query} />
        <Suspense key={JSON.stringify(query)} fallback={<TableSkeleton rows={10} label={common("loading")} />}>
          <InvitationList entry={entry} query={query} />
        </Suspense>
      </Permitted>
    </MembersFrame>
  );
}
