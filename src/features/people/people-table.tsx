import { getTranslations } from "next-intl/server";
import { Fragment } from "react";
import type { Entry } from "@/access/entry";
import { Avatar } from "@/ui/avatar";
import { SelectBox, SelectPageBox } from "@/ui/select-box";
import { SoftLink } from "@/ui/soft-link";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { peopleAddress, scopeOf } from "./address";
import { chosenColumns } from "./columns";
import { PersonCell } from "./person-cell";
import { PersonMenu } from "./person-menu";
import { defaultDirection, type listPeople, waysInOf } from "./queries";
import { RoleDialog } from "./role-dialog";
import { COLUMN_WORDS, type PeopleQuery } from "./schema";

/** With more of them the table is wider than its page. */
const FITTING_COLUMNS = 4;

type PeopleTableProps = { entry: Entry; people: Awaited<ReturnType<typeof listPeople>>["rows"]; query: PeopleQuery };

/** Everybody, with the columns that were chosen, the order in the address and the way to another role at the end of each row. */
export async function PeopleTable({ entry, people, query }: PeopleTableProps) {
  const [t, columns] = await Promise.all([getTranslations("people"), chosenColumns()]);
  const ids = people.map(({ id }) => id);
  const ways = columns.includes("ways") ? await waysInOf(entry, ids) : null;
  const selection = { name: "people", scope: scopeOf(query) };
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
        <SoftLink href={href} aria-label={t("sortBy", { column: sort })} className="inline-flex items-center gap-1 hover:text-foreground">
          {label}
          <span aria-hidden="true" className="w-3">
            {direction === "asc" ? "↑" : direction === "desc" ? "↓" : ""}
          </span>
        </SoftLink>
      </TableHead>
    );
  };
  return (
    <Table frameClassName={columns.length > FITTING_COLUMNS ? "overflow-x-auto" : undefined}>
      <TableCaption>{t("caption")}</TableCaption>
      <TableHeader>
        <tr>
          <TableHead className="w-8 pe-0">
            <SelectPageBox {...selection} ids={ids} label={t("selectPage")} />
          </TableHead>
          {head("name", t("name"))}
          {head("email", t("email"), "max-lg:hidden")}
          {columns.map((column) =>
            column === "created" || column === "seen" ? (
              <Fragment key={column}>{head(column, t(COLUMN_WORDS[column]), "max-md:hidden")}</Fragment>
            ) : (
              <TableHead key={column}>{t(COLUMN_WORDS[column])}</TableHead>
            ),
          )}
          <TableHead>
            <span className="sr-only">{t("actions")}</span>
          </TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {people.map((person) => {
          const { id, name, email, image, role, banned } = person;
          return (
            <TableRow key={id}>
              <TableCell className="pe-0">
                <SelectBox {...selection} id={id} label={t("select", { name: name || email })} />
              </TableCell>
              <TableCell className="w-full min-w-36 max-w-0">
                <span className="flex items-center gap-2.5">
                  <Avatar name={name || email} src={image} className="max-sm:hidden" />
                  <span className="min-w-0">
                    <SoftLink
                      href={`/admin/users/${id}`}
                      className="block font-medium [overflow-wrap:anywhere] hover:underline sm:truncate"
                    >
                      {name || <span className="text-muted">{t("unnamed")}</span>}
                    </SoftLink>
                    <span className="block text-muted text-sm [overflow-wrap:anywhere] sm:truncate lg:hidden">
                      {email.slice(0, email.lastIndexOf("@"))}
                      <wbr />
                      {email.slice(email.lastIndexOf("@"))}
                    </span>
                  </span>
                </span>
              </TableCell>
              <TableCell className="max-w-64 truncate text-muted max-lg:hidden">{email}</TableCell>
              {columns.map((column) => (
                <PersonCell
                  key={column}
                  column={column}
                  person={person}
                  ways={ways?.get(id) ?? []}
                  isStatusShown={columns.includes("status")}
                  now={now}
                />
              ))}
              <TableCell className="whitespace-nowrap text-end">
                {id === entry.actor.userId ? (
                  <span className="px-3 text-muted text-sm">{t("you")}</span>
                ) : (
                  <span className="inline-flex gap-1">
                    <RoleDialog userId={id} name={name || email} role={role} />
                    <PersonMenu userId={id} name={name || email} banned={banned} />
                  </span>
                )}
              </TableCell>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}
