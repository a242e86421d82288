import { getTranslations } from "next-intl/server";
import { STATUSES } from "@/access/identity/people-filter";
import { offeredWaysIn } from "@/access/identity/sign-in";
import { dayText } from "@/lib/query-string";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { Select } from "@/ui/select";
import type { PeopleQuery } from "./schema";

/** Part of the form of the search: what is chosen here narrows what is found. */
export async function PeopleFilters({ query, open }: { query: PeopleQuery; open: boolean }) {
  const t = await getTranslations("people");
  const choices = (name: "role" | "status" | "factor" | "way", label: string, options: [value: string, text: string][]) => (
    <div className="grid gap-1.5">
      <Label htmlFor={`people-${name}`}>{label}</Label>
      <Select id={`people-${name}`} name={name} defaultValue={query[name] ?? ""}>
        <option value="">{t("any")}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
    </div>
  );
  const days = (name: "createdFrom" | "createdTo" | "seenFrom" | "seenTo") => (
    <div className="grid gap-1.5">
      <Label htmlFor={`people-${name}`}>{t(name)}</Label>
      <Input id={`people-${name}`} name={name} type="date" defaultValue={dayText(query[name])} />
    </div>
  );
  const providers = offeredWaysIn().filter(({ type }) => type === "oauth" || type === "oidc");
  return (
    <details open={open} className="mb-1 w-full">
      <summary className="w-fit cursor-pointer py-1 text-muted text-sm hover:text-foreground">{t("filters")}</summary>
      <div className="mt-2 grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {choices("role", t("role"), [
          ["MEMBER", t("MEMBER")],
          ["ADMIN", t("ADMIN")],
        ])}
        {choices(
          "status",
          t("status"),
          STATUSES.map((status) => [status, t(`is.${status}`)]),
        )}
        {choices("factor", t("factor"), [
          ["on", t("factorOn")],
          ["off", t("factorOff")],
        ])}
        {choices("way", t("waysIn"), [["password", t("password")], ...providers.map(({ id, name }): [string, string] => [id, name])])}
        {days("createdFrom")}
        {days("createdTo")}
        {days("seenFrom")}
        {days("seenTo")}
      </div>
    </details>
  );
}
