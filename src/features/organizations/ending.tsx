import { subject } from "@casl/ability";
import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Section } from "@/ui/section";
import { DeleteDialog } from "./delete-dialog";
import { LeaveButton } from "./leave-button";
import type { Organization } from "./queries";

/** The ways out of an organisation: for oneself, and for everybody. */
export async function Ending({ entry, organization }: { entry: Entry; organization: Organization }) {
  const t = await getTranslations("organizations");
  const { id, name, ownRole } = organization;
  const { userId, impersonator } = entry.actor;
  const members = ownRole ? [{ userId, role: ownRole }] : [];
  const mayLeave = ownRole !== null && entry.ability.can("delete", subject("OrganizationMember", { userId, organization: { members } }));
  // Never in somebody else's name.
  const mayDelete = !impersonator && entry.ability.can("delete", subject("Organization", { members }));
  if (!mayLeave && !mayDelete) return null;
  return (
    <Section title={t("end")}>
      <ul className="divide-y rounded-lg border bg-surface">
        {mayLeave && (
          <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
            <p className="min-w-0 flex-1 basis-64 text-body text-muted">{t("leaveLead")}</p>
            <LeaveButton organizationId={id} userId={userId} name={name} />
          </li>
        )}
        {mayDelete && (
          <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
            <p className="min-w-0 flex-1 basis-64 text-body text-muted">{t("deleteLead")}</p>
            <DeleteDialog id={id} name={name} />
          </li>
        )}
      </ul>
    </Section>
  );
}
