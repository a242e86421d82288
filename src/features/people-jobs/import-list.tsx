import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { RelativeTime } from "@/ui/relative-time";
import { SoftLink } from "@/ui/soft-link";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { IMPORT_NAMES } from "./import/schema";
import { listImports } from "./import-queries";
import { ImportStatus } from "./import-status";

/** The latest imports and checks. */
export async function ImportList({ entry }: { entry: Entry }) {
  const [t, locale, imports] = await Promise.all([getTranslations("imports"), getLocale(), listImports(entry)]);
  if (imports.length === 0) return <p className="text-body text-muted">{t("none")}</p>;
  return (
    <Table className="max-md:min-w-2xl">
      <TableCaption>{t("latest")}</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>{t("what")}</TableHead>
          <TableHead>{t("result")}</TableHead>
          <TableHead>{t("when")}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {imports.map(({ id, from, dryRun, status, found, refused, createdAt }) => (
          <TableRow key={id}>
            <TableCell>
              <SoftLink href={`/admin/import/${id}`} className="link whitespace-nowrap font-medium">
                {t(dryRun ? "dryRun" : "import", { from: IMPORT_NAMES[from] })}
              </SoftLink>
            </TableCell>
            <TableCell>
              <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <ImportStatus status={status} />
                <span className="tabular-nums">
                  {t("counts", { created: found.created, changed: found.changed, unchanged: found.unchanged, refused })}
                </span>
              </span>
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted">
              <RelativeTime date={createdAt} locale={locale} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
