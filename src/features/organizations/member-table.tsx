import { subject } from "@casl/ability";
import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Avatar } from "@/ui/avatar";
import { Badge } from "@/ui/badge";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { MemberMenu } from "./member-menu";
import type { Organization } from "./queries";

/** Everybody in an organisation, owners first, with what whoever looks may do. */
export async function MemberTable({ entry, organization }: { entry: Entry; organization: Organization }) {
  const [t, format] = await Promise.all([getTranslations("organizations"), getFormatter()]);
  const { userId } = entry.actor;
  const { ownRole } = organization;
  const whole = { members: ownRole ? [{ userId, role: ownRole }] : [] };
  return (
    <Table>
      <TableCaption>{t("members")}</TableCaption>
      <TableHeader>
        <tr>
          <TableHead>{t("name")}</TableHead>
          <TableHead>{t("role")}</TableHead>
          <TableHead className="max-sm:hidden">{t("columnSince")}</TableHead>
          <TableHead>
            <span className="sr-only">{t("actions")}</span>
          </TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {organization.members.map(({ id, name, image, role, createdAt }) => {
          const member = subject("OrganizationMember", { userId: id, role, organization: whole });
          const mayChangeRole = entry.ability.can("update", member);
          const mayRemove = id !== userId && entry.ability.can("delete", member);
          const shown = name || t("nameless");
          return (
            <TableRow key={id}>
              <TableCell className="w-full max-w-0">
                <span className="flex min-w-0 items-center gap-2.5">
                  <Avatar name={shown} src={image} size="sm" />
                  <span className="truncate font-medium">{shown}</span>
                  {id === userId && <span className="text-muted">{t("you")}</span>}
                </span>
              </TableCell>
              <TableCell>
                <Badge tone={role === "OWNER" ? "ember" : "neutral"}>{t(`roles.${role}`)}</Badge>
              </TableCell>
              <TableCell className="whitespace-nowrap text-muted max-sm:hidden">
                {format.dateTime(createdAt, { dateStyle: "medium" })}
              </TableCell>
              <TableCell className="w-10 text-end">
                {(mayChangeRole || mayRemove) && (
                  <MemberMenu
                    organizationId={organization.id}
                    userId={id}
                    name={shown}
                    role={role}
                    mayChangeRole={mayChangeRole}
                    mayRemove={mayRemove}
                  />
                )}
              </TableCell>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}
