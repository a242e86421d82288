import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { organizationInvitationsOf } from "@/access/identity/organization-invitations";
import { Section } from "@/ui/section";
import { JoinForm } from "./join-form";

/** What waits for whoever has confirmed this address; nothing where nothing does, nor for an admin who acts as them. */
export async function OwnInvitations({ entry: { actor } }: { entry: Entry }) {
  if (!actor.emailVerified || actor.impersonator) return null;
  const [invitations, t] = await Promise.all([organizationInvitationsOf(actor.email), getTranslations("organizations")]);
  if (invitations.length === 0) return null;
  return (
    <Section title={t("invitedTitle")}>
      <ul className="divide-y rounded-lg border bg-surface">
        {invitations.map(({ id, role, organization: { name } }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-0 flex-1 basis-56">
              <p className="truncate font-medium text-body">{name}</p>
              <p className="text-muted text-sm">{t("invitedAs", { role })}</p>
            </div>
            <JoinForm by={{ id }} submit={t("join")} label={t("joinNamed", { name })} quiet />
          </li>
        ))}
      </ul>
    </Section>
  );
}
