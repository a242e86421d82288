import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { formatBytes } from "@/ui/format-bytes";
import { Section } from "@/ui/section";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { NoAnswer } from "./no-answer";
import { getDatabase } from "./queries";

/** How much the database holds, and where. */
export async function DatabaseSection({ entry }: { entry: Entry }) {
  const [about, t, format, locale] = await Promise.all([getDatabase(entry), getTranslations("system"), getFormatter(), getLocale()]);
  if (!about) return <NoAnswer title={t("tables")} text={t("noAnswer")} />;
  return (
    <Section title={t("tables")} description={t("tablesLead", { size: formatBytes(about.bytes, locale) })}>
      <Table label={t("tables")}>
        <TableCaption>{t("tables")}</TableCaption>
        <TableHeader>
          <tr>
            <TableHead>{t("table")}</TableHead>
            <TableHead numeric>{t("rows")}</TableHead>
            <TableHead numeric>{t("size")}</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {about.tables.map(({ name, rows, bytes }) => (
            <TableRow key={name}>
              <TableCell className="font-mono text-sm">{name}</TableCell>
              <TableCell numeric className="tabular-nums">
                {rows === null ? "–" : t("about", { count: format.number(rows, { maximumSignificantDigits: 3 }) })}
              </TableCell>
              <TableCell numeric className="tabular-nums">
                {formatBytes(bytes, locale)}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Section>
  );
}
