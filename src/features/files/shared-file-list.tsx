import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { EmptyState } from "@/ui/empty-state";
import { formatBytes } from "@/ui/format-bytes";
import { Pager } from "@/ui/pager";
import { RelativeTime } from "@/ui/relative-time";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { FileThumb } from "./file-thumb";
import { typeName } from "./format";
import { listSharedFiles } from "./queries";

type SharedFileListProps = { entry: Entry; organization: { id: string; name: string }; cursor?: Cursor | undefined };

/** A page of what people share with the organisation one looks at. The name downloads. */
export async function SharedFileList({ entry, organization: { id: organizationId, name }, cursor }: SharedFileListProps) {
  const [{ files, next }, t, locale] = await Promise.all([
    listSharedFiles(entry, organizationId, cursor),
    getTranslations("files"),
    getLocale(),
  ]);
  if (files.length === 0) return <EmptyState title={t("sharedEmptyTitle")} description={t("sharedEmptyBody", { name })} />;
  const now = Date.now();
  return (
    <>
      <Table>
        <TableCaption>{t("sharedCaption", { name })}</TableCaption>
        <TableHeader>
          <tr>
            <TableHead>{t("name")}</TableHead>
            <TableHead>{t("owner")}</TableHead>
            <TableHead numeric className="max-sm:hidden">
              {t("size")}
            </TableHead>
            <TableHead className="max-md:hidden">{t("type")}</TableHead>
            <TableHead className="max-sm:hidden">{t("date")}</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {files.map((file) => (
            <TableRow key={file.id}>
              <TableCell className="w-full max-w-0">
                <span className="flex items-center gap-3">
                  <span className="grid size-8 shrink-0 place-items-center overflow-hidden rounded-md border bg-background max-sm:hidden">
                    <FileThumb kind={file.kind} previewUrl={file.previewUrl} />
                  </span>
                  <a href={`/api/files/${file.id}`} download className="block truncate font-medium hover:underline" title={file.name}>
                    {file.name}
                  </a>
                </span>
              </TableCell>
              <TableCell className="max-w-40 truncate text-muted">{file.owner.isOneself ? t("you") : file.owner.name}</TableCell>
              <TableCell numeric className="text-muted max-sm:hidden">
                {formatBytes(file.sizeBytes, locale)}
              </TableCell>
              <TableCell className="whitespace-nowrap text-muted max-md:hidden">{typeName(file.contentType)}</TableCell>
              <TableCell className="whitespace-nowrap text-muted max-sm:hidden">
                <RelativeTime date={file.createdAt} locale={locale} now={now} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Pager
        label={t("sharedCaption", { name })}
        first={cursor && { href: "/files?shared=1", label: t("newest") }}
        next={next ? { href: `/files?${new URLSearchParams({ shared: "1", cursor: next })}`, label: t("more") } : undefined}
      />
    </>
  );
}
