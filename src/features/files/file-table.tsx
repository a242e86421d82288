import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { formatBytes } from "@/ui/format-bytes";
import { ShareIcon } from "@/ui/icons";
import { RelativeTime } from "@/ui/relative-time";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { FileThumb } from "./file-thumb";
import { typeName } from "./format";
import type { ListedFile } from "./queries";

export type FileTableProps = {
  files: ListedFile[];
  /** The boxes by which files are selected: that of the page, and that of one. Like the menu, given by whoever shows them: a page without does not carry their code. */
  select?: { page: ReactNode; one: (file: Pick<ListedFile, "id" | "name">) => ReactNode };
  /** What can be done with one, at the end of its row. */
  menu?: (file: Pick<ListedFile, "id" | "name" | "organizationId">) => ReactNode;
};

/** A person's files. The name downloads; the rest is in the row's menu. */
export async function FileTable({ files, select, menu }: FileTableProps) {
  const [t, locale] = await Promise.all([getTranslations("files"), getLocale()]);
  const now = Date.now();
  return (
    <Table>
      <TableCaption>{t("caption")}</TableCaption>
      <TableHeader>
        <tr>
          {select && <TableHead className="w-8 pe-0">{select.page}</TableHead>}
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
        {files.map(({ id, name, sizeBytes, contentType, kind, createdAt, previewUrl, organizationId }) => (
          <TableRow key={id}>
            {select && <TableCell className="w-8 pe-0">{select.one({ id, name })}</TableCell>}
            <TableCell className="w-full max-w-0">
              <span className="flex items-center gap-3">
                <span className="grid size-8 shrink-0 place-items-center overflow-hidden rounded-md border bg-background max-sm:hidden">
                  <FileThumb kind={kind} previewUrl={previewUrl} />
                </span>
                <a href={`/api/files/${id}`} download className="block truncate font-medium hover:underline" title={name}>
                  {name}
                </a>
                {organizationId && (
                  <span className="shrink-0 text-faint" title={t("isShared")}>
                    <ShareIcon className="size-4" />
                    <span className="sr-only">{t("isShared")}</span>
                  </span>
                )}
              </span>
            </TableCell>
            <TableCell numeric className="text-muted">
              {formatBytes(sizeBytes, locale)}
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted max-sm:hidden">{typeName(contentType)}</TableCell>
            <TableCell className="whitespace-nowrap text-muted max-sm:hidden">
              <RelativeTime date={createdAt} locale={locale} now={now} />
            </TableCell>
            {menu && <TableCell className="w-10 text-end">{menu({ id, name, organizationId })}</TableCell>}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
