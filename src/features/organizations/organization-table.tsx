import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { EmptyState } from "@/ui/empty-state";
import { formatBytes } from "@/ui/format-bytes";
import { Pager } from "@/ui/pager";
import { SoftLink } from "@/ui/soft-link";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { organizationsAddress } from "./address";
import { DeleteDialog } from "./delete-dialog";
import { listOrganizations } from "./queries";
import type { OrganizationsQuery } from "./schema";

/** For an admin: the organisations that fit, the newest first, with their size. */
export async function OrganizationTable({ entry, query }: { entry: Entry; query: OrganizationsQuery }) {
  const [{ rows, next }, t, locale, format] = await Promise.all([
    listOrganizations(entry, query),
    getTranslations("organizations"),
    getLocale(),
    getFormatter(),
  ]);
  if (rows.length === 0 && query.q) return <EmptyState drawing="lens" title={t("emptyFound")} />;
  if (rows.length === 0) return <EmptyState drawing="seats" title={t("adminEmptyTitle")} description={t("adminEmptyBody")} />;
  return (
    <>
      <Table>
        <TableCaption>{t("caption")}</TableCaption>
        <TableHeader>
          <tr>
            <TableHead>{t("name")}</TableHead>
            <TableHead numeric>{t("columnPeople")}</TableHead>
            <TableHead numeric className="max-sm:hidden">
              {t("columnFiles")}
            </TableHead>
            <TableHead numeric className="max-sm:hidden">
              {t("columnRoom")}
            </TableHead>
            <TableHead className="max-md:hidden">{t("columnCreated")}</TableHead>
            <TableHead>
              <span className="sr-only">{t("actions")}</span>
            </TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {rows.map(({ id, name, members, files, bytes, createdAt }) => (
            <TableRow key={id}>
              <TableCell className="w-full max-w-0">
                <SoftLink
                  href={`/settings/organizations/${id}`}
                  className="block font-medium [overflow-wrap:anywhere] hover:underline sm:truncate"
                >
                  {name}
                </SoftLink>
              </TableCell>
              <TableCell numeric>{format.number(members)}</TableCell>
              <TableCell numeric className="max-sm:hidden">
                {format.number(files)}
              </TableCell>
              <TableCell numeric className="whitespace-nowrap text-muted max-sm:hidden">
                {formatBytes(bytes, locale)}
              </TableCell>
              <TableCell className="whitespace-nowrap text-muted max-md:hidden">
                {format.dateTime(createdAt, { dateStyle: "medium" })}
              </TableCell>
              <TableCell className="text-end">
                <DeleteDialog id={id} name={name} quiet />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Pager
        label={t("caption")}
        first={query.cursor && { href: organizationsAddress(query), label: t("first") }}
        next={next ? { href: organizationsAddress(query, next), label: t("next") } : undefined}
      />
    </>
  );
}
