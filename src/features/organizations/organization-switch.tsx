import "server-only";
import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { isDatabaseDown } from "@/lib/db";
import { AccountMenuButton, AccountMenuSeparator, accountMenuEntry } from "@/ui/account-menu";
import { CheckIcon, GroupIcon } from "@/ui/icons";
import { SoftLink } from "@/ui/soft-link";
import { switchOrganization } from "./actions";
import { listOwnOrganizations, type OwnOrganization } from "./queries";

/** In the menu; the rest are on their page. */
const SHOWN = 5;

/** Which organisation one looks at, "Personal" for none; nothing for whoever belongs to none. Plain forms: it works without JavaScript. */
export async function OrganizationSwitch({ entry }: { entry: Entry }) {
  const organizations = await own(entry);
  if (organizations.length === 0) return null;
  const t = await getTranslations("organizations");
  const current = organizations.find((organization) => organization.current);
  const offered = [...new Set([...(current ? [current] : []), ...organizations])].slice(0, SHOWN);
  return (
    <>
      <AccountMenuSeparator />
      <form action={switchOrganization} aria-label={t("switchLabel")}>
        {[{ id: "", name: t("personal"), current: !current }, ...offered].map(({ id, name, current: isCurrent }) => (
          <AccountMenuButton key={id} name="id" value={id} aria-current={isCurrent || undefined}>
            <span className="grid size-4 shrink-0 place-items-center">{isCurrent && <CheckIcon />}</span>
            <span className="truncate">{name}</span>
          </AccountMenuButton>
        ))}
      </form>
      <SoftLink href="/settings/organizations" className={accountMenuEntry}>
        <GroupIcon />
        {t("all")}
      </SoftLink>
    </>
  );
}

/** A page that needs no database goes on without one: its frame must not take it down. */
async function own(entry: Entry): Promise<OwnOrganization[]> {
  try {
    return await listOwnOrganizations(entry);
  } catch (error) {
    if (isDatabaseDown(error)) return [];
    throw error;
  }
}
