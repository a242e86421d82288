import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Badge } from "@/ui/badge";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { SoftLink } from "@/ui/soft-link";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { invitationsAddress } from "./address";
import { InvitationMenu } from "./invitation-menu";
import { listInvitations } from "./queries";
import type { InvitationState, InvitationsQuery } from "./schema";

const TONES = { pending: "info", accepted: "success", revoked: "neutral", expired: "warning", void: "warning" } as const satisfies Record<
  InvitationState,
  string
>;

/** Those which can still be sent again or revoked. */
const WAITING: ReadonlySet<InvitationState> = new Set(["pending", "expired", "void"]);

/** The invitations that fit, the newest first, and what became of each. */
export async function InvitationList({ entry, query }: { entry: Entry; query: InvitationsQuery }) {
  const [{ rows, next }, t] = await Promise.all([listInvitations(entry, query), getTranslations("invitations")]);
  const { q, state, cursor } = query;
  return (
    <>
      {rows.length > 0 ? (
        <InvitationTable invitations={rows} />
      ) : q || state ? (
        <EmptyState drawing="lens" title={t("emptyFound")} />
      ) : (
        <EmptyState drawing="door" title={t("emptyTitle")} description={t("emptyBody")} />
      )}
      <Pager
        label={t("caption")}
        first={cursor && { href: invitationsAddress(query), label: t("first") }}
        next={next ? { href: invitationsAddress(query, next), label: t("next") } : undefined}
      />
    </>
  );
}

async function InvitationTable({ invitations }: { invitations: Awaited<ReturnType<typeof listInvitations>>["rows"] }) {
  const [t, format] = await Promise.all([getTranslations("invitations"), getFormatter()]);
  const day = (date: Date) => format.dateTime(date, { dateStyle: "medium" });
  return (
    <Table>
      <TableCaption>{t("caption")}</TableCaption>
      <TableHeader>
        <tr>
          <TableHead>{t("email")}</TableHead>
          <TableHead className="max-sm:hidden">{t("role")}</TableHead>
          <TableHead>{t("state")}</TableHead>
          <TableHead className="max-lg:hidden">{t("by")}</TableHead>
          <TableHead className="max-md:hidden">{t("created")}</TableHead>
          <TableHead className="max-md:hidden">{t("expires")}</TableHead>
          <TableHead>
            <span className="sr-only">{t("actions")}</span>
          </TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {invitations.map(({ id, email, role, state, invitedBy, createdAt, expiresAt, acceptedById }) => (
          <TableRow key={id}>
            <TableCell className="w-full max-w-0 font-medium [overflow-wrap:anywhere] sm:truncate">
              {acceptedById ? (
                <SoftLink href={`/admin/users/${acceptedById}`} className="hover:underline">
                  {email}
                </SoftLink>
              ) : (
                email
              )}
            </TableCell>
            <TableCell className="max-sm:hidden">
              <Badge tone={role === "ADMIN" ? "ember" : "neutral"}>{t(role)}</Badge>
            </TableCell>
            <TableCell>
              <Badge tone={TONES[state]}>{t(`is.${state}`)}</Badge>
            </TableCell>
            <TableCell className="max-w-48 truncate text-muted max-lg:hidden">{invitedBy ? invitedBy.name : t("gone")}</TableCell>
            <TableCell className="whitespace-nowrap text-muted max-md:hidden">{day(createdAt)}</TableCell>
            <TableCell className="whitespace-nowrap text-muted max-md:hidden">{WAITING.has(state) && day(expiresAt)}</TableCell>
            <TableCell className="text-end">{WAITING.has(state) && <InvitationMenu id={id} email={email} role={role} />}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
