import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";
import { isShort } from "@/access/identity/people-filter";
import { getFormatter } from "@/i18n/formatter";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { peopleAddress } from "./address";
import { PeopleTable } from "./people-table";
import { listPeople } from "./queries";
import type { PeopleQuery } from "./schema";

type PeopleListProps = {
  entry: Entry;
  query: PeopleQuery;
  /** Stands under the list; is told in words how many match, and who they are where this page shows them all. */
  below?: (count: string, whole: string[] | null) => ReactNode;
};

/** How many match, a page of them, and the way on. */
export async function PeopleList({ entry, query, below }: PeopleListProps) {
  const [{ rows, next, total, isEstimate }, t, format] = await Promise.all([
    listPeople(entry, query),
    getTranslations("people"),
    getFormatter(),
  ]);
  const { q, cursor } = query;
  const count = isEstimate ? t("totalAbout", { count: format.number(total) }) : t("total", { count: total });
  return (
    <>
      {total > 0 && <p className="mb-3 text-muted text-sm tabular-nums">{count}</p>}
      {rows.length > 0 ? (
        <PeopleTable entry={entry} people={rows} query={query} />
      ) : (
        <EmptyState
          drawing="lens"
          title={t("emptyTitle")}
          description={q ? t(isShort(q) ? "emptyBodyShort" : "emptyBody", { q }) : t("emptyFiltered")}
        />
      )}
      <Pager
        label={t("caption")}
        first={cursor && { href: peopleAddress(query), label: t("first") }}
        next={next ? { href: peopleAddress(query, { cursor: next }), label: t("next") } : undefined}
      />
      {total > 0 && below?.(count, cursor || next ? null : rows.map(({ id }) => id))}
    </>
  );
}
