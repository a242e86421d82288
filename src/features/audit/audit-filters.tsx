import { getTranslations } from "next-intl/server";
import { AUDIT_ACTIONS, type AuditAction } from "@/access/audit";
import { dayText } from "@/lib/query-string";
import { Button, buttonVariants } from "@/ui/button";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { Select } from "@/ui/select";
import { SoftLink } from "@/ui/soft-link";
import { actKey } from "./act-key";
import { auditAddress } from "./address";
import type { AuditQuery } from "./schema";
import type { Found } from "./who-queries";

/** A plain form of GET: every filter is in the address, to be shared and come back to. `found` says whom its "who" means. */
export async function AuditFilters({ query, found }: { query: AuditQuery; found: Found | null }) {
  const t = await getTranslations("audit");
  const { act, who, from, to, live } = query;
  const [person] = found?.id ? found.people : [];
  const isClear = !found || found.id !== null;
  const word = (action: AuditAction) => t(`acts.${actKey(action)}`);
  return (
    <search className="mb-5 block">
      <form
        action="/admin/audit"
        className="grid items-end gap-x-3 gap-y-3 sm:grid-cols-2 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1.6fr)_9.5rem_9.5rem_auto]"
      >
        <div className="grid gap-1.5">
          <Label htmlFor="audit-act">{t("act")}</Label>
          <Select id="audit-act" name="act" defaultValue={act ?? ""}>
            <option value="">{t("anyAct")}</option>
            {AUDIT_ACTIONS.map((action) => (
              <option key={action} value={action}>
                {word(action)}
              </option>
            ))}
          </Select>
        </div>
        <div className="grid gap-1.5">
          <Label htmlFor="audit-who">{t("who")}</Label>
          <Input
            id="audit-who"
            name="who"
            // An address finds them again, and says more than an id.
            defaultValue={person && !person.deletedAt ? person.email : who}
            maxLength={254}
            placeholder={t("whoHint")}
            autoComplete="off"
            spellCheck={false}
          />
        </div>
        <div className="grid gap-1.5">
          <Label htmlFor="audit-from">{t("from")}</Label>
          <Input id="audit-from" name="from" type="date" defaultValue={dayText(from)} />
        </div>
        <div className="grid gap-1.5">
          <Label htmlFor="audit-to">{t("to")}</Label>
          <Input id="audit-to" name="to" type="date" defaultValue={dayText(to)} />
        </div>
        {live && <input type="hidden" name="live" value="1" />}
        <Button type="submit" variant="secondary">
          {t("filter")}
        </Button>
      </form>
      <p className="-ms-2.5 mt-3 flex flex-wrap gap-2">
        {isClear && live && (
          <SoftLink href={auditAddress("/admin/audit", query)} className={buttonVariants({ variant: "secondary", size: "sm" })}>
            {t("liveOff")}
          </SoftLink>
        )}
        {isClear && !live && (
          <SoftLink href={auditAddress("/admin/audit", query, { live: "1" })} className={buttonVariants({ variant: "ghost", size: "sm" })}>
            {t("live")}
          </SoftLink>
        )}
        {isClear && (
          <a href={auditAddress("/api/audit", query)} download className={buttonVariants({ variant: "ghost", size: "sm" })}>
            {t("export")}
          </a>
        )}
        {(act || who || from || to) && (
          <SoftLink href="/admin/audit" className={buttonVariants({ variant: "ghost", size: "sm" })}>
            {t("clear")}
          </SoftLink>
        )}
      </p>
    </search>
  );
}
