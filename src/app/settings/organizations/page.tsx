import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { CreateDialog } from "@/features/organizations/create-dialog";
import { OrganizationList } from "@/features/organizations/organization-list";
import { OwnInvitations } from "@/features/organizations/own-invitations";
import { PageHeader } from "@/ui/page-header";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("organizations"))("title") };
}

export default async function OrganizationsPage() {
  const entry = await enter("read", "Organization");
  const t = await getTranslations("organizations");
  return (
    <MembersFrame entry={entry}>
      <Interactive texts={["organizations", "common"]}>
        <PageHeader title={t("title")} description={t("lead")} action={entry.ability.can("create", "Organization") && <CreateDialog />} />
        <div className="grid max-w-160 grid-cols-[minmax(0,1fr)] gap-10">
          <OwnInvitations entry={entry} />
          <OrganizationList entry={entry} />
        </div>
      </Interactive>
    </MembersFrame>
  );
}
