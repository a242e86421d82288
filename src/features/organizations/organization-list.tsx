import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Badge } from "@/ui/badge";
import { EmptyState } from "@/ui/empty-state";
import { SoftLink } from "@/ui/soft-link";
import { countMembers, listOwnOrganizations } from "./queries";

/** The organisations somebody belongs to. */
export async function OrganizationList({ entry }: { entry: Entry }) {
  const [organizations, t] = await Promise.all([listOwnOrganizations(entry), getTranslations("organizations")]);
  if (organizations.length === 0) return <EmptyState drawing="seats" title={t("emptyTitle")} description={t("emptyBody")} />;
  const members = await countMembers(
    entry,
    organizations.map(({ id }) => id),
  );
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {organizations.map(({ id, name, role, current }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
          <div className="min-w-0 flex-1 basis-56">
            <SoftLink href={`/settings/organizations/${id}`} className="block truncate font-medium text-body hover:underline">
              {name}
            </SoftLink>
            <p className="text-muted text-sm">{t("people", { count: members.get(id) ?? 0 })}</p>
          </div>
          <span className="flex gap-2">
            {current && <Badge tone="success">{t("current")}</Badge>}
            <Badge tone={role === "OWNER" ? "ember" : "neutral"}>{t(`roles.${role}`)}</Badge>
          </span>
        </li>
      ))}
    </ul>
  );
}
