import { getFormatter, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { peopleAddress } from "./address";
import { PeopleTable } from "./people-table";
import { COUNTED_EXACTLY, listPeople } from "./queries";
import type { PeopleQuery } from "./schema";

/** How many match, a page of them, and the way on. */
export async function PeopleList({ entry, query }: { entry: Entry; query: PeopleQuery }) {
  const [{ rows, next, total, estimate }, t, format] = await Promise.all([
    listPeople(entry, query),
    getTranslations("people"),
    getFormatter(),
  ]);
  const { q, cursor } = query;
  return (
    <>
      {total > 0 && (
        <p className="mb-3 text-muted text-sm tabular-nums">
          {estimate !== null
            ? t("totalAbout", { count: format.number(estimate, { maximumSignificantDigits: 3 }) })
            : total > COUNTED_EXACTLY
              ? t("totalMore", { count: format.number(COUNTED_EXACTLY) })
              : t("total", { count: total })}
        </p>
      )}
      {rows.length > 0 ? (
        <PeopleTable people={rows} query={query} ownId={entry.actor.userId} />
      ) : (
        <EmptyState
          drawing="lens"
          title={t("emptyTitle")}
          description={q ? t([...q].length < 3 ? "emptyBodyShort" : "emptyBody", { q }) : t("emptyFiltered")}
        />
      )}
      <Pager
        label={t("caption")}
        first={cursor && { href: peopleAddress(query), label: t("first") }}
        next={next ? { href: peopleAddress(query, { cursor: next }), label: t("next") } : undefined}
      />
    </>
  );
}
