import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { DeletionSection } from "@/features/account-deletion/deletion-section";
import { Notice } from "@/features/accounts/notice";
import { getWaysIn } from "@/features/accounts/queries";
import { ExportSection } from "@/features/data-exports/export-section";
import { PageHeader } from "@/ui/page-header";
import { ConfirmItIsYou } from "../../_frames/confirm-it-is-you";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("title") };
}

type Search = Promise<{ notice?: string | string[] }>;

export default async function AccountPage({ searchParams }: { searchParams: Search }) {
  const entry = await enter("delete", "User");
  const [t, { hasPassword, recentlyProven }, { notice }] = await Promise.all([getTranslations("account"), getWaysIn(entry), searchParams]);
  const proven = recentlyProven && entry.missingFactor !== "show";
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <div className="grid max-w-form gap-10">
        {entry.actor.deleteAfter === null && <Notice name={notice} />}
        <Interactive texts={["secondFactors", "common"]}>
          {!proven && <ConfirmItIsYou entry={entry} hasPassword={hasPassword} />}
          <ExportSection entry={entry} recentlyProven={proven} />
          <DeletionSection entry={entry} recentlyProven={proven} />
        </Interactive>
      </div>
    </MembersFrame>
  );
}
