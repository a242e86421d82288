import { getTranslations } from "next-intl/server";
import { type PolicyLine, policyLines } from "@/access/policy";
import { Badge } from "@/ui/badge";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";

/** Every rule as the code has it. */
export async function PolicyTable() {
  const [t, reasons] = await Promise.all([getTranslations("policy"), getTranslations("errors")]);
  return (
    // Seven columns of words fit beside the rail from here on.
    <Table label={t("caption")} frameClassName="max-[1400px]:overflow-x-auto">
      <TableCaption>{t("caption")}</TableCaption>
      <TableHeader>
        <tr>
          <TableHead>{t("role")}</TableHead>
          <TableHead>{t("rule")}</TableHead>
          <TableHead>{t("action")}</TableHead>
          <TableHead>{t("subject")}</TableHead>
          <TableHead>{t("rows")}</TableHead>
          <TableHead>{t("fields")}</TableHead>
          <TableHead>{t("reason")}</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {policyLines().map((line) => (
          <TableRow key={JSON.stringify(line)}>
            <TableCell className="min-w-32">{t(`bearer.${line.bearer}`)}</TableCell>
            <TableCell>
              <Badge tone={line.allows ? "success" : "danger"}>{line.allows ? t("may") : t("mayNot")}</Badge>
            </TableCell>
            <TableCell className="font-mono text-xs">{line.actions.join(", ")}</TableCell>
            <TableCell className="min-w-44 font-mono text-xs [overflow-wrap:anywhere]">{line.subjects.join(", ")}</TableCell>
            <TableCell className="min-w-40 font-mono text-xs [overflow-wrap:anywhere]">
              {line.conditions ? conditionsText(line.conditions) : t("all")}
            </TableCell>
            <TableCell className="min-w-40 font-mono text-xs [overflow-wrap:anywhere]">{line.fields?.join(", ") ?? t("all")}</TableCell>
            <TableCell className="min-w-48 text-muted text-sm">{line.reason && reasonText(reasons, line.reason)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** What whoever is refused by a rule is told; the key itself where it has no text. */
export function reasonText(texts: Awaited<ReturnType<typeof getTranslations<"errors">>>, reason: string): string {
  // A rule names its reason by a key that the typed texts cannot follow.
  const key = reason as "own_role";
  return texts.has(key) ? texts(key) : reason;
}

/** `ownerId = own`, and whatever else a rule asks of a row. */
export function conditionsText(conditions: NonNullable<PolicyLine["conditions"]>): string {
  return Object.entries(conditions)
    .map(([column, value]) => `${column} = ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
