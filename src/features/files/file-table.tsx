import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { formatBytes } from "@/ui/format-bytes";
import { RelativeTime } from "@/ui/relative-time";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { typeName } from "./format";
import type { ListedFile } from "./queries";

type FileTableProps = {
  files: ListedFile[];
  /** What can be done with one, at the end of its row. Given by the page, so that a page without menus does not carry their code. */
  menu?: (file: Pick<ListedFile, "id" | "name">) => ReactNode;
};

/** A person's files. The name downloads; the rest is in the row's menu. */
export async function FileTable({ files, menu }: FileTableProps) {
  const [t, locale] = await Promise.all([getTranslations("files"), getLocale()]);
  const now = Date.now();
  return (
    <Table>
      <TableCaption>{t("caption")}</TableCaption>
      <TableHeader>
        <tr>
          <TableHead>{t("name")}</TableHead>
          <TableHead numeric>{t("size")}</TableHead>
          <TableHead className="max-sm:hidden">{t("type")}</TableHead>
          <TableHead className="max-sm:hidden">{t("date")}</TableHead>
          {menu && (
            <TableHead>
              <span className="sr-only">{t("actions")}</span>
            </TableHead>
          )}
        </tr>
      </TableHeader>
      <TableBody>
        {files.map(({ id, name, sizeBytes, contentType, createdAt }) => (
          <TableRow key={id}>
            <TableCell className="w-full max-w-0">
              <a href={`/api/files/${id}`} download className="block truncate font-medium hover:underline" title={name}>
                {name}
              </a>
            </TableCell>
            <TableCell numeric className="text-muted">
              {formatBytes(sizeBytes, locale)}
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted max-sm:hidden">{typeName(contentType)}</TableCell>
            <TableCell className="whitespace-nowrap text-muted max-sm:hidden">
              <RelativeTime date={createdAt} locale={locale} now={now} />
            </TableCell>
            {menu && <TableCell className="w-10 text-end">{menu({ id, name })}</TableCell>}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
