import { getTranslations } from "next-intl/server";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import type { Shown } from "./import/schema";

/** A line for each column of each person that is another one. */
export async function ImportDifferences({ shown }: { shown: Shown[] }) {
  const t = await getTranslations("imports");
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
              <TableCell className="whitespace-nowrap font-mono text-sm">{field}</TableCell>
              <TableCell className="max-w-64 text-muted [overflow-wrap:anywhere]">
                {before ?? (kind === "created" && index === 0 ? t("newPerson") : "–")}
              </TableCell>
              <TableCell className="max-w-80 [overflow-wrap:anywhere]">{after ?? "–"}</TableCell>
            </TableRow>
          )),
        )}
      </TableBody>
    </Table>
  );
}
