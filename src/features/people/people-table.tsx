import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { Avatar } from "@/ui/avatar";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { SoftLink } from "@/ui/soft-link";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { peopleAddress } from "./address";
import { PersonMenu } from "./person-menu";
import { defaultDirection, type listPeople } from "./queries";
import { RoleDialog } from "./role-dialog";
import type { PeopleQuery } from "./schema";

type PeopleTableProps = { people: Awaited<ReturnType<typeof listPeople>>["rows"]; query: PeopleQuery; ownId: string };

/** Everybody, with the order in the address and the way to another role at the end of each row. */
export async function PeopleTable({ people, query, ownId }: PeopleTableProps) {
  const [t, locale, format] = await Promise.all([getTranslations("people"), getLocale(), getFormatter()]);
  const now = Date.now();
  const sortable = (sort: PeopleQuery["sort"]) => {
    const direction = query.sort === sort ? (query.dir ?? defaultDirection(sort)) : null;
    const turned = direction === null ? defaultDirection(sort) : direction === "asc" ? "desc" : "asc";
    const href = peopleAddress(query, { sort, dir: turned });
    return {
      "aria-sort": direction === null ? ("none" as const) : direction === "asc" ? ("ascending" as const) : ("descending" as const),
      href,
      direction,
    };
  };
  const head = (sort: PeopleQuery["sort"], label: string, className?: string) => {
    const { href, direction, "aria-sort": ariaSort } = sortable(sort);
    return (
      <TableHead aria-sort={ariaSort} className={className}>
        <SoftLink href={href} aria-label={t("sortBy", { column: label })} className="inline-flex items-center gap-1 hover:text-foreground">
          {label}
          <span aria-hidden="true" className="w-3">
            {direction === "asc" ? "↑" : direction === "desc" ? "↓" : ""}
          </span>
        </SoftLink>
      </TableHead>
    );
  };
  return (
    <Table>
      <TableCaption>{t("caption")}</TableCaption>
      <TableHeader>
        <tr>
          {head("name", t("name"))}
          {head("email", t("email"), "max-lg:hidden")}
          <TableHead>{t("role")}</TableHead>
          {head("created", t("created"), "max-md:hidden")}
          {head("seen", t("seen"), "max-md:hidden")}
          <TableHead>
            <span className="sr-only">{t("actions")}</span>
          </TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {people.map(({ id, name, email, image, role, banned, createdAt, lastSeenAt }) => (
          <TableRow key={id}>
            <TableCell className="w-full max-w-0">
              <span className="flex items-center gap-2.5">
                <Avatar name={name || email} src={image} className="max-sm:hidden" />
                <span className="min-w-0">
                  <SoftLink href={`/admin/users/${id}`} className="block truncate font-medium hover:underline">
                    {name || <span className="text-muted">{t("unnamed")}</span>}
                  </SoftLink>
                  <span className="block truncate text-muted text-sm lg:hidden">{email}</span>
                </span>
              </span>
            </TableCell>
            <TableCell className="max-w-64 truncate text-muted max-lg:hidden">{email}</TableCell>
            <TableCell>
              <Badge tone={role === "ADMIN" ? "ember" : "neutral"}>{t(role)}</Badge>
              {banned && <Badge tone="danger">{t("banned")}</Badge>}
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted max-md:hidden">
              {format.dateTime(createdAt, { dateStyle: "medium" })}
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted max-md:hidden">
              <RelativeTime date={lastSeenAt} locale={locale} now={now} />
            </TableCell>
            <TableCell className="whitespace-nowrap text-end">
              {id === ownId ? (
                <span className="px-3 text-muted text-sm">{t("you")}</span>
              ) : (
                <span className="inline-flex gap-1">
                  <RoleDialog userId={id} name={name || email} role={role} />
                  <PersonMenu userId={id} name={name || email} banned={banned} />
                </span>
              )}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
