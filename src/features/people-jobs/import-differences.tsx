import { getMessages, getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import type { Shown } from "./import/schema";

const MOMENTS = new Set(["emailVerified", "createdAt", "lastSeenAt", "bannedAt", "bannedUntil"]);

/** A line for each column of each person that is another one: in the reader's words, beside the name Foyer's own format has for it. */
export async function ImportDifferences({ shown }: { shown: Shown[] }) {
  const [t, format, { imports }] = await Promise.all([getTranslations("imports"), getFormatter(), getMessages()]);
  const columns: Record<string, string> = imports.columns;
  const said = (field: string, value: string | null) =>
    value && MOMENTS.has(field) ? format.dateTime(new Date(value), { dateStyle: "medium", timeStyle: "short" }) : value;
  return (
    <Table label={t("wouldTitle")} className="max-md:min-w-3xl">
      <TableCaption>{t("wouldTitle")}</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead numeric>{t("row")}</TableHead>
          <TableHead>{t("person")}</TableHead>
          <TableHead>{t("field")}</TableHead>
          <TableHead>{t("before")}</TableHead>
          <TableHead>{t("after")}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {shown.flatMap(({ row, subject, kind, differences }) =>
          differences.map(({ field, before, after }, index) => (
            <TableRow key={`${row} ${field}`}>
              <TableCell numeric className="text-muted tabular-nums">
                {index === 0 && row}
              </TableCell>
              <TableCell className="[overflow-wrap:anywhere]">{index === 0 && subject}</TableCell>
              <TableCell>
                {columns[field]} <code className="block text-muted text-sm">{field}</code>
              </TableCell>
              <TableCell className="max-w-64 text-muted [overflow-wrap:anywhere]">
                {said(field, before) ?? (kind === "created" && index === 0 ? t("newPerson") : "–")}
              </TableCell>
              <TableCell className="max-w-80 [overflow-wrap:anywhere]">{said(field, after) ?? "–"}</TableCell>
            </TableRow>
          )),
        )}
      </TableBody>
    </Table>
  );
}
