import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { ACTIONS, SUBJECTS } from "@/access/policy";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { Select } from "@/ui/select";
import { conditionsText, reasonText } from "./policy-table";
import { answerPolicy } from "./queries";
import type { PolicyQuery } from "./schema";

/** "May they, and why?", as a plain form of GET: an answer is an address. */
export async function PolicyQuestion({ entry, query }: { entry: Entry; query: PolicyQuery }) {
  const [t, reasons, verdict] = await Promise.all([getTranslations("policy"), getTranslations("errors"), answerPolicy(entry, query)]);
  return (
    <div className="grid gap-4">
      <form
        action="/admin/policy"
        className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1.4fr)_minmax(0,1fr)_auto]"
      >
        <div className="grid min-w-0 gap-1.5">
          <Label htmlFor="policy-who">{t("who")}</Label>
          <Input id="policy-who" name="who" defaultValue={query.who} required maxLength={254} placeholder={t("whoHint")} />
        </div>
        <div className="grid min-w-0 gap-1.5">
          <Label htmlFor="policy-action">{t("action")}</Label>
          <Select id="policy-action" name="action" defaultValue={query.action ?? "read"}>
            {ACTIONS.map((action) => (
              <option key={action}>{action}</option>
            ))}
          </Select>
        </div>
        <div className="grid min-w-0 gap-1.5">
          <Label htmlFor="policy-subject">{t("subject")}</Label>
          <Select id="policy-subject" name="subject" defaultValue={query.subject ?? "File"}>
            {SUBJECTS.map((subject) => (
              <option key={subject}>{subject}</option>
            ))}
          </Select>
        </div>
        <div className="grid min-w-0 gap-1.5">
          <Label htmlFor="policy-id">{t("id")}</Label>
          <Input id="policy-id" name="id" defaultValue={query.id} maxLength={100} placeholder={t("idHint")} />
        </div>
        <div className="grid min-w-0 gap-1.5">
          <Label htmlFor="policy-field">{t("field")}</Label>
          <Input id="policy-field" name="field" defaultValue={query.field} maxLength={40} placeholder={t("fieldHint")} />
        </div>
        <Button type="submit" variant="secondary">
          {t("ask")}
        </Button>
      </form>
      {verdict && "missing" in verdict && <Alert tone="warning">{t(verdict.missing === "who" ? "noPerson" : "noRow")}</Alert>}
      {verdict && !("missing" in verdict) && (
        <Alert tone={verdict.allowed && !verdict.banned ? "success" : "danger"}>
          <p className="font-medium">
            {t(verdict.banned ? "isBanned" : verdict.allowed ? (query.id ? "yes" : "yesSome") : "no", {
              name: verdict.name,
              action: query.action ?? "",
              subject: [query.subject, query.field].filter(Boolean).join("."),
            })}
          </p>
          <p className="mt-0.5">
            {verdict.line
              ? t(verdict.line.allows ? "because" : "becauseNot", {
                  role: t(`bearer.${verdict.line.bearer}`),
                  rows: verdict.line.conditions ? conditionsText(verdict.line.conditions) : t("all"),
                  fields: verdict.line.fields?.join(", ") ?? t("all"),
                })
              : t(verdict.isWhole ? "noRule" : "noRuleUnfinished")}{" "}
            {verdict.line?.reason && reasonText(reasons, verdict.line.reason)}
          </p>
        </Alert>
      )}
    </div>
  );
}
