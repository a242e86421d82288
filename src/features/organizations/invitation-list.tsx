import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Badge } from "@/ui/badge";
import { Section } from "@/ui/section";
import { InvitationMenu } from "./invitation-menu";
import { listOrganizationInvitations } from "./queries";

/** The invitations of an organisation that nobody has accepted. */
export async function InvitationList({ entry, organizationId, mayInvite }: { entry: Entry; organizationId: string; mayInvite: boolean }) {
  const [invitations, t, format] = await Promise.all([
    listOrganizationInvitations(entry, organizationId),
    getTranslations("organizations"),
    getFormatter(),
  ]);
  return (
    <Section title={t("invitations")} description={t("invitationsLead")}>
      {invitations.length > 0 ? (
        <ul className="divide-y rounded-lg border bg-surface">
          {invitations.map(({ id, email, role, open, expiresAt }) => (
            <li key={id} className="flex items-center gap-3 px-4 py-2.5">
              <div className="min-w-0 flex-1">
                <p className="font-medium text-body [overflow-wrap:anywhere]">{email}</p>
                <p className="text-muted text-sm">
                  {open ? t("until", { date: format.dateTime(expiresAt, { dateStyle: "medium" }) }) : t("expired")}
                </p>
              </div>
              <Badge>{t(`roles.${role}`)}</Badge>
              {mayInvite && <InvitationMenu id={id} email={email} />}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-body text-muted">{t("noInvitations")}</p>
      )}
    </Section>
  );
}
