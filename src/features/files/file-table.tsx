import { getLocale, getTranslations } from "next-intl/server";
import { RelativeTime } from "@/ui/relative-time";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { FileMenu } from "./file-menu";
import { formatBytes, typeName } from "./format";
import type { ListedFile } from "./queries";

/** A person's files. The name downloads; the rest is in the row's menu. */
export async function FileTable({ files, actions = true }: { files: ListedFile[]; actions?: boolean }) {
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
          {actions && (
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
            {actions && (
              <TableCell className="w-10 text-end">
                <FileMenu id={id} name={name} />
              </TableCell>
            )}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
