import { getLocale, getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { TableCell } from "@/ui/table";
import type { listPeople } from "./queries";
import type { Column } from "./schema";

type Person = Awaited<ReturnType<typeof listPeople>>["rows"][number];
type PersonCellProps = { column: Column; person: Person; ways: string[]; isStatusShown: boolean; now: number };

/** What one column says of somebody. */
export async function PersonCell({ column, person, ways, isStatusShown, now }: PersonCellProps) {
  const [t, locale, format] = await Promise.all([getTranslations("people"), getLocale(), getFormatter()]);
  const { id, role, banned, emailVerified, secondFactor, createdAt, lastSeenAt: seen } = person;
  switch (column) {
    case "role":
      return (
        <TableCell>
          <Badge tone={role === "ADMIN" ? "ember" : "neutral"}>{t(role)}</Badge>
          {banned && !isStatusShown && <Badge tone="danger">{t("banned")}</Badge>}
        </TableCell>
      );
    case "status": {
      const { tone, word } = statusOf(person);
      return (
        <TableCell>
          <Badge tone={tone}>{t(`is.${word}`)}</Badge>
        </TableCell>
      );
    }
    case "verified":
      return <TableCell className="whitespace-nowrap text-muted">{emailVerified ? t("confirmed") : t("unconfirmed")}</TableCell>;
    case "factor":
      return <TableCell className="text-muted">{secondFactor ? t("factorOn") : t("factorOff")}</TableCell>;
    case "ways":
      return (
        <TableCell className="whitespace-nowrap text-muted">
          {ways.map((way) => (way === "password" ? t("password") : way)).join(", ") || t("none")}
        </TableCell>
      );
    case "created":
      return (
        <TableCell className="whitespace-nowrap text-muted max-md:hidden">{format.dateTime(createdAt, { dateStyle: "medium" })}</TableCell>
      );
    case "seen":
      return (
        <TableCell className="whitespace-nowrap text-muted max-md:hidden">
          {seen ? <RelativeTime date={seen} locale={locale} now={now} /> : t("never")}
        </TableCell>
      );
    case "id":
      return <TableCell className="whitespace-nowrap font-mono text-muted text-xs">{id}</TableCell>;
  }
}

/** The gravest thing that is true of somebody, as the filter of the table names it. */
function statusOf({ banned, deleteAfter, emailVerified, profileComplete }: Person) {
  if (banned) return { tone: "danger", word: "banned" } as const;
  if (deleteAfter) return { tone: "warning", word: "leaving" } as const;
  if (!emailVerified) return { tone: "warning", word: "unverified" } as const;
  if (!profileComplete) return { tone: "neutral", word: "incomplete" } as const;
  return { tone: "success", word: "ok" } as const;
}
