import { subject } from "@casl/ability";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { Ending } from "@/features/organizations/ending";
import { InvitationList } from "@/features/organizations/invitation-list";
import { InviteDialog } from "@/features/organizations/invite-dialog";
import { MemberTable } from "@/features/organizations/member-table";
import { getOrganization } from "@/features/organizations/queries";
import { RenameDialog } from "@/features/organizations/rename-dialog";
import { organizationIdSchema } from "@/features/organizations/schema";
import { getFormatter } from "@/i18n/formatter";
import { PageHeader } from "@/ui/page-header";
import { Interactive } from "../../../_frames/interactive";
import { MembersFrame } from "../../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("organizations"))("pageTitle") };
}

export default async function OrganizationPage({ params }: { params: Promise<{ id: string }> }) {
  const entry = await enter("read", "Organization");
  const { data } = organizationIdSchema.safeParse(await params);
  const organization = data ? await getOrganization(entry, data.id) : null;
  if (!organization) notFound();
  const { id, name, createdAt, members, ownRole } = organization;
  const [t, format] = await Promise.all([getTranslations("organizations"), getFormatter()]);
  const whole = { members: ownRole ? [{ userId: entry.actor.userId, role: ownRole }] : [] };
  const may = (action: "create" | "read") => entry.ability.can(action, subject("OrganizationInvitation", { organization: whole }));
  const since = format.dateTime(createdAt, { dateStyle: "long" });
  return (
    <MembersFrame entry={entry}>
      <Interactive texts={["organizations", "common"]}>
        <PageHeader
          title={name}
          description={t("pageLead", { count: members.length, date: since })}
          action={
            <>
              {entry.ability.can("update", subject("Organization", whole)) && <RenameDialog id={id} name={name} />}
              {may("create") && <InviteDialog organizationId={id} name={name} mayMakeAdmins={ownRole === "OWNER"} />}
            </>
          }
        />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
          <MemberTable entry={entry} organization={organization} />
          {may("read") && <InvitationList entry={entry} organizationId={id} mayInvite={may("create")} />}
          <Ending entry={entry} organization={organization} />
        </div>
      </Interactive>
    </MembersFrame>
  );
}
